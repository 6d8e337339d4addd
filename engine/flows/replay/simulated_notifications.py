"""Telling in a replay: who would have been told of a client's alerts, when, had nobody answered; nobody is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from engine.alerts.notifiable_periods import Stretch, stretches
from engine.alerts.routing import take_turn
from engine.calendar.quiet_hours import earliest_send
from engine.flows.escalation.recipients import StaffDirectory
from engine.model.instant import Instant
from engine.model.routing import RoutingSettings
from engine.model.rule import SEVERITIES, Rule
from engine.model.spans import Span
from engine.model.staff import Staff
from engine.studies.simulated_notifications import SimulatedNotifications, SimulatedText


def tell(
    spans: Sequence[Span],
    rules: Mapping[str, Rule],
    routing: RoutingSettings,
    people: StaffDirectory,
    since: Instant,
    until: Instant,
) -> SimulatedNotifications:
    """What is decided in [since, until) to tell of one client's spans, by the first steps of policies.

    Live work tells more where nobody takes an alert: the steps after the first, and reminders.
    """
    told = SimulatedNotifications()
    together: dict[tuple[Staff, Instant], list[Stretch]] = defaultdict(list)
    live = [span for span in spans if rules[span.rule_id].status == "live"]
    for stretch in stretches(live, rules):
        span = stretch.span
        policy = routing.policy(span.severity, rules[span.rule_id].notify)
        at = stretch.began + policy[0].after
        if not since <= at < until or _over(stretch, at):
            continue
        turn = take_turn(policy, 0, people.at(at).about(span.client_id).told, span.severity)
        if not turn.told:
            told.reach_nobody.append(span.rule_id)
        for _, recipient in turn.told:
            together[recipient.staff, at].append(stretch)
    for (staff, at), of_client in together.items():
        _send(told, staff, at, of_client)
    return told


def _send(
    told: SimulatedNotifications, staff: Staff, at: Instant, stretches: Sequence[Stretch]
) -> None:
    """One text for all that one recipient is told of a client at once, after their quiet hours unless it is urgent."""
    first = min(stretches, key=_rank)
    sent_at = earliest_send(at, staff, urgent=first.span.severity == "urgent")
    still_so = [stretch for stretch in stretches if not _over(stretch, sent_at)]
    if still_so:
        carrying = min(still_so, key=_rank)
        told.texts.append(SimulatedText(carrying.span.rule_id, staff, sent_at))
    else:
        told.taken_back.append(first.span.rule_id)


def _rank(stretch: Stretch) -> int:
    return SEVERITIES.index(stretch.span.severity)


def _over(stretch: Stretch, at: Instant) -> bool:
    return stretch.ended is not None and stretch.ended <= at
