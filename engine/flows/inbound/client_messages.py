"""A client's text reaches a person: it opens an alert, raises one or joins one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from engine.alerts.client_texts import Placed, Placement, WaitingAlert, place
from engine.alerts.lifecycle import Reason, move
from engine.alerts.routing import told_anew
from engine.errors import UserError
from engine.flows.escalation.recipients import RecipientResolver
from engine.flows.inbound import acting, wrote_again
from engine.messaging.client_words import ClientTextSort
from engine.model.alert import CLIENT_TEXT, SUPPORTER_TEXT, Alert, AlertEvidence, FindingSeen
from engine.model.instant import Instant
from engine.model.notification_settings import NotificationSettings
from engine.model.rule import Severity
from engine.store.alerts import alerts
from engine.store.alerts.alerts import NewAlert, Routed
from engine.store.messages import outbox
from engine.store.operations import rule_sets
from engine.store.people import staff

ACTOR = "inbox"
_SHOWN = 500  # characters of a text that an alert's evidence holds
_SEVERITIES: Mapping[ClientTextSort, Severity] = {
    ClientTextSort.DANGER: "urgent",
    ClientTextSort.USE: "high",
    ClientTextSort.HELP: "high",
}
_SENT: Mapping[str, str] = {
    CLIENT_TEXT: "the client sent a text",
    SUPPORTER_TEXT: "a supporter of the client sent a text",
}
_REASONS: Mapping[Placement, Reason] = {
    Placement.GRAVER: "graver_words",
    Placement.OWNER_GONE: "owner_gone",
}


@dataclass(frozen=True, slots=True)
class PlacedText:
    """The alert to which a client's text belongs.

    `told` says whether people are told of it from the first step.
    """

    alert_id: int
    told: bool


def severity_of(sort: ClientTextSort) -> Severity:
    """Return how urgent a client's text is: danger above all, then use and a request for help."""
    return _SEVERITIES.get(sort, "medium")


def receive(
    conn: Connection,
    client_id: int,
    body: str,
    severity: Severity,
    settings: NotificationSettings,
    now: Instant,
    of: str = CLIENT_TEXT,
) -> PlacedText:
    """Let a text open an alert, or raise or join the one about an earlier text.

    Args:
        conn: The transaction that holds the text.
        client_id: The client.
        body: The words, which no text to staff repeats.
        severity: The severity of the words.
        settings: The routing policies, and how much a text may say.
        now: The present instant.
        of: What stands for the rule: `CLIENT_TEXT`, or `SUPPORTER_TEXT` of a supporter's words.

    Returns:
        The alert.

    Raises:
        UserError: No rules were ever accepted.
    """
    held = alerts.unresolved_of(conn, client_id, of)
    reach = RecipientResolver(conn, now)
    placed = place(severity, [_waiting(conn, one, now) for one in held])
    if placed.before is None:
        return PlacedText(_open(conn, client_id, body, severity, settings, now, of), told=True)
    routed = next(one for one in held if one.alert.id == placed.before.id)
    if placed.placement is Placement.JOINS:
        wrote_again.tell(conn, routed, settings.detail, now, urgent=severity == "urgent")
        return PlacedText(routed.alert.id, told=False)
    _tell_from_the_first_step(conn, routed, placed, settings, now)
    owner = routed.owner_id
    first = settings.routing.policy(placed.severity, None)[0].to
    reached = {one.staff.id for one in reach.about(client_id).told.get(first, ())}
    if placed.placement is Placement.GRAVER and owner is not None and owner not in reached:
        wrote_again.tell_one(conn, routed, owner, settings.detail, now, urgent=severity == "urgent")
    return PlacedText(routed.alert.id, told=True)


def _waiting(conn: Connection, held: Routed, now: Instant) -> WaitingAlert:
    owner = staff.by_id(conn, held.owner_id) if held.owner_id is not None else None
    there = owner is not None and acting.is_there(conn, owner, held.alert.client_id, now)
    return WaitingAlert(held.alert, there)


def _tell_from_the_first_step(
    conn: Connection, held: Routed, placed: Placed, settings: NotificationSettings, now: Instant
) -> None:
    before = held.alert
    reason = _REASONS[placed.placement]
    after = before if before.state == "open" else move(before, "open", reason)
    after = replace(after, severity=placed.severity)
    alerts.change(conn, before, after, at=now, actor=ACTOR, why=reason)
    outbox.cancel(conn, [before.id], now)
    fresh = settings.routing.policy(placed.severity, None)
    policy, step = told_anew(held.policy, held.step, fresh)
    alerts.set_route(conn, before.id, policy, step, now + fresh[0].after, now)


def _open(
    conn: Connection,
    client_id: int,
    body: str,
    severity: Severity,
    settings: NotificationSettings,
    now: Instant,
    of: str,
) -> int:
    serving = rule_sets.serving(conn)
    if serving is None:
        raise UserError(
            "No rules have ever served, so nobody can be told of a text; start handrail run first."
        )
    alert = Alert(0, client_id, of, "1", severity, "open", began=now, ended=None, opened_at=now)
    seen = FindingSeen(_SENT[of], body.replace("\x00", "")[:_SHOWN], "any text", True, ())
    evidence = AlertEvidence(now, (seen,), "A person reads the text, calls, and closes this.", None)
    policy = settings.routing.policy(severity, None)
    (alert_id,) = alerts.open_all(
        conn, [NewAlert(alert, serving.id, evidence, policy, "began")], ACTOR
    )
    alerts.set_route(conn, alert_id, policy, 0, now + policy[0].after, now)
    return alert_id
