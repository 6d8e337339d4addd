"""Acting: what a person does about an alert, by text or by command, and what follows for the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection

from engine.alerts.lifecycle import Reason, move
from engine.errors import UserError
from engine.flows.escalation.recipients import RecipientResolver
from engine.messaging import answers
from engine.model.alert import Alert, AlertState
from engine.model.audit_action import AuditAction
from engine.model.duration import Duration
from engine.model.instant import DAY_US, HOUR_US, Instant
from engine.model.message import MessageKind, NewMessage
from engine.model.staff import Staff
from engine.store.alerts import alerts
from engine.store.alerts.alerts import Routed
from engine.store.database.connection import Database
from engine.store.messages import outbox, reply_codes
from engine.store.operations import audit_log
from engine.store.people import staff

Act = Literal["accept", "pass_on", "done", "false_alarm", "snooze"]
SNOOZE_US = 2 * HOUR_US

_BECOMES: Mapping[Act, tuple[AlertState, Reason]] = {
    "accept": ("acknowledged", "taken"),
    "pass_on": ("open", "passed_on"),
    "done": ("resolved", "done"),
    "false_alarm": ("resolved", "false_alarm"),
    "snooze": ("snoozed", "snoozed"),
}


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of an act on an alert: it counted, or why not. `by` has the alert, where that is in the way."""

    alert_id: int
    outcome: Literal["counted", "taken", "yours", "closed"]
    by: Staff | None = None
    was: AlertState | None = None


def act(
    conn: Connection,
    alert_id: int,
    who: Staff,
    what: Act,
    now: Instant,
    *,
    snooze: Duration = SNOOZE_US,
    insists: bool = False,
) -> Acted | None:
    """Do something about an alert, on the state in which it is at this moment; None where there is no such alert.

    What somebody else has taken is left to them while they can be told of it, unless one `insists`. `record` is left
    to the caller, for the audit trail comes last in a transaction.
    """
    held = alerts.held(conn, alert_id)
    if held is None:
        return None
    alert = held.alert
    owner = staff.by_id(conn, held.owner_id) if held.owner_id is not None else None
    if alert.state == "resolved":
        return Acted(alert_id, "closed")
    taken = alert.state == "acknowledged"
    if taken and owner and owner.id != who.id:
        if not (insists and what != "accept") and _can_be_told(conn, owner, alert, now):
            return Acted(alert_id, "taken", by=owner)
    elif taken and what == "accept":
        return Acted(alert_id, "yours")
    _change(conn, held, who, what, now, snooze)
    return Acted(alert_id, "counted", was=alert.state)


def _can_be_told(conn: Connection, owner: Staff, alert: Alert, now: Instant) -> bool:
    """Whether whoever has an alert is still there for it; else others are told again, and may take it."""
    consented = (
        owner.role != "mentor"
        or staff.valid_consent(conn, alert.client_id, owner.id, now) is not None
    )
    return consented and RecipientResolver(conn, now).hindered(owner) is None


def record(conn: Connection, acted: Acted, who: Staff, what: Act, now: Instant, by: str) -> None:
    """Write an act that counted into the audit trail; `by` is the way it came, `text` or `command`."""
    if acted.outcome == "counted":
        actor, subject = f"staff {who.id}", f"alert {acted.alert_id}"
        detail = {"from": acted.was, "by": by}
        audit_log.record(
            conn,
            at=now,
            actor=actor,
            action=AuditAction(_BECOMES[what][1]),
            subject=subject,
            detail=detail,
        )


def _change(
    conn: Connection, held: Routed, who: Staff, what: Act, now: Instant, snooze: Duration
) -> None:
    alert, (state, reason) = held.alert, _BECOMES[what]
    # What is snoozed again, or passed on while open, stays in its state.
    after = alert if alert.state == state else move(alert, state, reason)
    # Whoever acts on one that is held for want of data knows better.
    after = replace(after, inactivity=None, held_at=None) if alert.in_doubt else after
    alerts.change(conn, alert, after, at=now, actor=f"staff {who.id}", why=reason)
    outbox.cancel(conn, [alert.id], now)
    if what == "pass_on":
        alerts.set_next_step(conn, alert.id, now)
        return
    alerts.set_owner(conn, alert.id, who.id)
    if what == "snooze":
        alerts.set_next_step(conn, alert.id, now + snooze)
    # Who was told that somebody had taken it knows what they need.
    if alert.state == "open":
        _tell_others(conn, alert, held.step, who, what, now)


def _tell_others(
    conn: Connection, alert: Alert, step: int, who: Staff, what: Act, now: Instant
) -> None:
    said = answers.closed_by if what in {"done", "false_alarm"} else answers.taken_by
    for staff_id in outbox.told_of(conn, alert.id):
        if staff_id != who.id:
            body = said(reply_codes.give(conn, staff_id, alert.id, now), who.role)
            tell(conn, alert.id, step, staff_id, body, now)


def tell(
    conn: Connection, alert_id: int, step: int, staff_id: int, body: str, now: Instant
) -> None:
    """Tell somebody what became of an alert that they know of."""
    message = NewMessage(alert_id, step, staff_id, MessageKind.NOTICE, body, now, due_at=now)
    outbox.enqueue(conn, replace(message, sequence=now, expires_at=now + DAY_US))


def command(
    database: Database,
    alert_id: int,
    ref: str,
    what: Act,
    now: Instant,
    snooze: Duration = SNOOZE_US,
) -> Acted:
    """Do something about an alert in the name of the staff of this ref; UserError where there is no such one.

    Unlike a text it may also close, put off or pass on what somebody else has taken.
    """
    with database.write() as conn:
        who = staff.with_ref(conn, ref)
        if who is None or not who.active:
            raise UserError(f"There is nobody active among the staff called {ref}.")
        held = alerts.held(conn, alert_id)
        if held is None:
            raise UserError(f"There is no alert {alert_id}; handrail alerts lists those there are.")
        if who.role == "mentor" and not staff.valid_consent(
            conn, held.alert.client_id, who.id, now
        ):
            raise UserError(
                f"{ref} is a mentor, and the client's consent is not valid; only staff can do this."
            )
        acted = act(conn, alert_id, who, what, now, snooze=snooze, insists=True)
        assert acted is not None  # it is there, and locked
        record(conn, acted, who, what, now, by="command")
    return acted
