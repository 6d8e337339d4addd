"""Simulate notifications: who would have been told of a client's alerts if nobody answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from engine.alerts.notifiable_periods import Stretch, stretches, tellings
from engine.alerts.routing import ends_in_nobody, take_turn
from engine.calendar.quiet_hours import earliest_send
from engine.flows.escalation.recipients import StaffDirectory
from engine.model.instant import Instant
from engine.model.routing import RoutingSettings
from engine.model.rule import SEVERITIES, Rule, Severity
from engine.model.spans import Span
from engine.model.staff import Staff
from engine.studies.simulated_notifications import (
    SimulatedNotifications,
    SimulatedTelling,
    SimulatedText,
)


def simulate(
    spans: Sequence[Span],
    rules: Mapping[str, Rule],
    routing: RoutingSettings,
    people: StaffDirectory,
    since: Instant,
    until: Instant,
) -> SimulatedNotifications:
    """Simulate the first steps of policies for one client's spans, decided in [since, until).

    Live work tells more until a person takes the alert: later steps, and reminders.
    """
    told = SimulatedNotifications()
    together: dict[tuple[Staff, Instant], list[_Told]] = defaultdict(list)
    live = [span for span in spans if rules[span.rule_id].status == "live"]

    def reached(stretch: Stretch, at: Instant) -> tuple[Instant, Severity, list[Staff]]:
        """Return the instant of the first step, the severity then, and the staff who are told."""
        span = stretch.span
        severity = span.severity_at(at)
        policy = routing.policy(severity, rules[span.rule_id].notify)
        step_at = at + policy[0].after
        if _over(stretch, step_at):
            return step_at, severity, []
        turn = take_turn(policy, 0, people.about(span.client_id, step_at).told, severity)
        return step_at, severity, [recipient.staff for _, recipient in turn.told]

    def heard(stretch: Stretch, at: Instant) -> bool:
        step_at, severity, staff = reached(stretch, at)
        sent = [earliest_send(step_at, one, urgent=severity == "urgent") for one in staff]
        return any(not _over(stretch, one) for one in sent)

    decided: list[_Told] = []
    for stretch, at in tellings(stretches(live, rules), rules, until, heard):
        step_at, severity, staff = reached(stretch, at)
        if not since <= step_at < until or _over(stretch, step_at):
            continue
        policy = routing.policy(severity, rules[stretch.span.rule_id].notify)
        if not staff and not ends_in_nobody(policy, severity):
            told.reach_nobody.append(stretch.span.rule_id)
        decided.append(_Told(stretch, at, severity))
        for one in staff:
            together[one, step_at].append(decided[-1])
    first_text: dict[_Told, Instant] = {}
    for (staff_member, at), of_client in together.items():
        _send(told, first_text, staff_member, at, of_client)
    for each in decided:
        of_span = told.tellings.setdefault(each.stretch.span, [])
        of_span.append(SimulatedTelling(each.at, first_text.get(each)))
    return told


class _Told(NamedTuple):
    stretch: Stretch
    at: Instant
    severity: Severity


def _send(
    told: SimulatedNotifications,
    first_text: dict[_Told, Instant],
    staff: Staff,
    at: Instant,
    of: Sequence[_Told],
) -> None:
    """Tell one recipient of a client in one text, after their quiet hours unless it is urgent."""
    first = min(of, key=_rank)
    sent_at = earliest_send(at, staff, urgent=first.severity == "urgent")
    still_so = [one for one in of if not _over(one.stretch, sent_at)]
    if still_so:
        carrying = min(still_so, key=_rank)
        told.texts.append(SimulatedText(carrying.stretch.span.rule_id, staff, sent_at))
    else:
        told.taken_back.append(first.stretch.span.rule_id)
    for one in still_so:
        first_text[one] = min(sent_at, first_text.get(one, sent_at))


def _rank(one: _Told) -> int:
    return SEVERITIES.index(one.severity)


def _over(stretch: Stretch, at: Instant) -> bool:
    return stretch.ended is not None and stretch.ended <= at
