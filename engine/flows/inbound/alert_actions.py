"""The acts of a person on an alert, by text or by command, and the texts to the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection

from engine.alerts.lifecycle import Reason, move
from engine.alerts.routing import wait_after
from engine.errors import UserError
from engine.flows.escalation import next_recipients
from engine.flows.escalation.alert_news import name, tell
from engine.flows.escalation.next_recipients import Next
from engine.flows.escalation.staff_names import person
from engine.flows.inbound import acting
from engine.messaging import answers
from engine.model.alert import Act, AlertState
from engine.model.audit_action import AuditAction
from engine.model.duration import Duration
from engine.model.instant import HOUR_US, MINUTE_US, Instant
from engine.model.notify_reason import NotifyReason
from engine.model.sms_settings import Detail
from engine.model.staff import Staff
from engine.store.alerts import alerts, last_change
from engine.store.alerts.alerts import Routed
from engine.store.database.connection import Database
from engine.store.messages import outbox
from engine.store.operations import audit_log
from engine.store.people import staff

SNOOZE_US = 2 * HOUR_US
UNDO_WITHIN_US = 10 * MINUTE_US

# The state and the reason that each act gives an alert.
BECOMES: Mapping[Act, tuple[AlertState, Reason]] = {
    Act.TAKE: ("acknowledged", "taken"),
    Act.PASS: ("open", "passed_on"),
    Act.DONE: ("resolved", "done"),
    Act.FALSE_ALARM: ("resolved", "false_alarm"),
    Act.SNOOZE: ("snoozed", "snoozed"),
}
_ACT_OF: Mapping[str, Act] = {reason: act for act, (_, reason) in BECOMES.items()}


@dataclass(frozen=True, slots=True)
class Acted:
    """The result of an act on an alert: it counted, or why not.

    `by` has the alert, if that is in the way, or had it before it was taken over. `following` is
    who is told after passing on.
    """

    alert_id: int
    outcome: Literal["counted", "taken", "yours", "closed"]
    by: Staff | None = None
    was: AlertState | None = None
    following: Next | None = None

    @property
    def took_over(self) -> bool:
        """Whether the person took the alert from another person."""
        return self.outcome == "counted" and self.by is not None


@dataclass(frozen=True, slots=True)
class Undone:
    """An act that its doer took back."""

    alert_id: int
    act: Act


def act(
    conn: Connection,
    alert_id: int,
    who: Staff,
    what: Act,
    now: Instant,
    *,
    detail: Detail = "reason",
    snooze: Duration = SNOOZE_US,
    insists: bool = False,
) -> Acted | None:
    """Act on an alert in its present state.

    Args:
        conn: The transaction.
        alert_id: The alert.
        who: The person who acts.
        what: The act.
        now: The present instant.
        detail: How much a text to the others may say.
        snooze: How long the alert waits if the act is to snooze it.
        insists: Whether the act counts although another person has the alert; taking it then is to
            take it over.

    Returns:
        The result; None if there is no such alert. `record` is left to the caller, because the
        audit log comes last in a transaction.
    """
    held = alerts.held(conn, alert_id)
    if held is None:
        return None
    alert = held.alert
    owner = staff.by_id(conn, held.owner_id) if held.owner_id is not None else None
    if alert.state == "resolved":
        return Acted(alert_id, "closed")
    taken = alert.state == "acknowledged"
    former = owner if taken and owner and owner.id != who.id else None
    if former:
        if not insists and acting.is_there(conn, former, alert.client_id, now):
            return Acted(alert_id, "taken", by=former)
    elif taken and what is Act.TAKE:
        return Acted(alert_id, "yours")
    if former and insists and what is Act.TAKE:
        _take_over(conn, held, former, who, now, detail)
        return Acted(alert_id, "counted", by=former, was=alert.state)
    _change(conn, held, who, what, now, snooze, detail)
    following = None
    if what is Act.PASS:
        following = next_recipients.after(conn, alert, held.policy, held.step, now)
    return Acted(alert_id, "counted", was=alert.state, following=following)


def undo(
    conn: Connection,
    who: Staff,
    alert_id: int | None,
    now: Instant,
    detail: Detail = "reason",
) -> Undone | None:
    """Take back a person's last act of the last ten minutes, if the alert has not changed since.

    Args:
        conn: The transaction.
        who: The person whose act it was.
        alert_id: The alert, or None for the last one that the person acted on.
        now: The present instant.
        detail: How much a text to the others may say.

    Returns:
        The act that was taken back; None if there is none. `record_undone` is left to the caller,
        because the audit log comes last in a transaction.
    """
    last = last_change.last_change_by(conn, f"staff {who.id}", alert_id, now - UNDO_WITHIN_US)
    if last is None or last.from_state is None or last.why not in _ACT_OF:
        return None
    held = alerts.held(conn, last.alert_id)
    assert held is not None  # alerts are never taken away
    if held.alert.state != last.to_state:
        return None
    back: AlertState = last.from_state
    after = held.alert if back == last.to_state else move(held.alert, back, "undone")
    alerts.change(conn, held.alert, after, at=now, actor=f"staff {who.id}", why="undone")
    outbox.cancel(conn, [held.alert.id], now)
    wait = wait_after(held.policy, held.step - 1) if held.step else None
    if back == "open" and wait is not None:
        # The next person has as long as if the last one had just been told.
        alerts.set_next_step(conn, held.alert.id, now + wait, now)
    elif back == "snoozed":
        alerts.set_next_step(conn, held.alert.id, now + SNOOZE_US, now)
    if back != "open" and held.owner_id is None:
        alerts.set_owner(conn, held.alert.id, who.id)
    for staff_id in outbox.told_of(conn, held.alert.id):
        if staff_id != who.id and back == "open" and last.to_state != "open":
            body = answers.open_again(name(conn, held, staff_id, detail, now), person(conn, who))
            tell(conn, held.alert.id, held.step, staff_id, body, now)
    return Undone(held.alert.id, _ACT_OF[last.why])


def record_undone(conn: Connection, undone: Undone, who: Staff, now: Instant) -> None:
    """Write into the audit log that a person took an act back."""
    audit_log.record(
        conn,
        at=now,
        actor=f"staff {who.id}",
        action=AuditAction.UNDONE,
        subject=f"alert {undone.alert_id}",
        detail={"act": undone.act.value},
    )


def record(conn: Connection, acted: Acted, who: Staff, what: Act, now: Instant, by: str) -> None:
    """Write an act that counted into the audit trail; `by` is `text` or `command`."""
    if acted.outcome == "counted":
        actor, subject = f"staff {who.id}", f"alert {acted.alert_id}"
        detail = {"from": acted.was, "by": by}
        audit_log.record(
            conn,
            at=now,
            actor=actor,
            action=AuditAction.TAKEN_OVER if acted.took_over else AuditAction(BECOMES[what][1]),
            subject=subject,
            detail=detail,
        )


def _take_over(
    conn: Connection, held: Routed, former: Staff, who: Staff, now: Instant, detail: Detail
) -> None:
    """Give an alert to another person, and tell the one who had it."""
    alert = held.alert
    alerts.change(conn, alert, alert, at=now, actor=f"staff {who.id}", why="taken_over")
    alerts.set_owner(conn, alert.id, who.id)
    body = answers.taken_by(name(conn, held, former.id, detail, now), person(conn, who))
    tell(conn, alert.id, held.step, former.id, body, now)


def _change(
    conn: Connection,
    held: Routed,
    who: Staff,
    what: Act,
    now: Instant,
    snooze: Duration,
    detail: Detail,
) -> None:
    alert, (state, reason) = held.alert, BECOMES[what]
    # An alert that is snoozed again, or passed on while open, stays in its state.
    after = alert if alert.state == state else move(alert, state, reason)
    # A person who acts on an alert that is held because data are missing knows better.
    after = replace(after, inactivity=None, held_at=None) if alert.in_doubt else after
    alerts.change(conn, alert, after, at=now, actor=f"staff {who.id}", why=reason)
    outbox.cancel(conn, [alert.id], now, actor_id=None if what is Act.PASS else who.id)
    if what is Act.PASS:
        alerts.set_next_step(conn, alert.id, now, now)
        return
    alerts.set_owner(conn, alert.id, who.id)
    if what is Act.SNOOZE:
        alerts.set_next_step(conn, alert.id, now + snooze, now)
    # The others have heard already that it is taken.
    if alert.state == "open":
        _tell_others(conn, held, who, what, now, detail)


def _tell_others(
    conn: Connection, held: Routed, who: Staff, what: Act, now: Instant, detail: Detail
) -> None:
    alert = held.alert
    by = person(conn, who)
    said = answers.closed_by if what in {Act.DONE, Act.FALSE_ALARM} else answers.taken_by
    for staff_id in outbox.told_of(conn, alert.id):
        if staff_id != who.id:
            body = said(name(conn, held, staff_id, detail, now), by)
            tell(conn, alert.id, held.step, staff_id, body, now)


def command(
    database: Database,
    alert_id: int,
    ref: str,
    what: Act,
    now: Instant,
    snooze: Duration = SNOOZE_US,
    detail: Detail = "reason",
) -> Acted:
    """Act on an alert in the name of the member of staff with this ref.

    Unlike a text, a command may also close, snooze or pass on an alert that another person has. An
    act that does not count raises nothing; the result says why.

    Raises:
        UserError: There is no such alert, no active member of staff has this ref, or they are a
            mentor without the client's valid consent.
    """
    with database.write() as conn:
        who = staff.with_ref(conn, ref)
        if who is None or not who.active:
            raise UserError(f"There is nobody active among the staff called {ref}.")
        held = alerts.held(conn, alert_id)
        if held is None:
            raise UserError(f"There is no alert {alert_id}; handrail alerts lists those there are.")
        decision = acting.decide(conn, who, held.alert.client_id, now)
        if decision.reason == NotifyReason.MENTOR_WITHOUT_CONSENT:
            raise UserError(
                f"{ref} is a mentor, and the client's consent is not valid; only staff can do this."
            )
        acted = act(
            conn,
            alert_id,
            who,
            what,
            now,
            detail=detail,
            snooze=snooze,
            insists=what is not Act.TAKE,
        )
        assert acted is not None  # it is there, and locked
        record(conn, acted, who, what, now, by="command")
    return acted
