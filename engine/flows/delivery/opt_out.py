"""Opting out: a number says STOP, to us or to the carrier, and its waiting texts go elsewhere."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.flows.escalation import operator_notices
from engine.flows.escalation.staff_names import staff_word
from engine.messaging import operator_texts
from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.model.message import MessageKind
from engine.store.alerts import alerts, due_clients
from engine.store.messages import outbox
from engine.store.operations import audit_log
from engine.store.people import opt_outs, roster, staff
from engine.store.people.supporters import SUPPORTER


def opt_out(conn: Connection, phone: str, now: Instant) -> list[int]:
    """Send nothing to a number any more, and tell the supervisors.

    If nobody else was told by the last step of an alert, it goes to the next step now. `record` is
    left to the caller, because the audit trail comes last in a transaction.

    Returns:
        The staff who have the number; none if it had opted out before.
    """
    if not opt_outs.add(conn, phone, now):
        return []
    gone = staff.with_phone(conn, phone)
    for one in gone:
        for alert_id in outbox.give_up_on(conn, one.id, now):
            alerts.set_next_step(conn, alert_id, now, now)
        if one.role == SUPPORTER:
            continue  # nobody has to call them; handrail supporters says it
        body = operator_texts.opted_out(staff_word(conn, one), one.id)
        overseers = operator_notices.overseers(conn, now)
        operator_notices.tell(conn, overseers, MessageKind.OPTED_OUT, body, now, subject_id=one.id)
    return [one.id for one in gone]


def opt_in(conn: Connection, phone: str, now: Instant) -> bool:
    """Send to a number again, and tell the supervisors who of the staff has it.

    Returns:
        False if the number had not opted out.
    """
    if not opt_outs.remove(conn, phone):
        return False
    # Clients may have to be asked today.
    due_clients.mark_dirty(conn, dict.fromkeys(roster.clients_with_phone(conn, phone), now))
    for one in staff.with_phone(conn, phone):
        if one.role == SUPPORTER:
            continue
        body = operator_texts.opted_in(staff_word(conn, one), one.id)
        overseers = operator_notices.overseers(conn, now, but=phone)
        operator_notices.tell(conn, overseers, MessageKind.OPTED_IN, body, now, subject_id=one.id)
    return True


def record(conn: Connection, staff_ids: list[int], now: Instant, by: str) -> None:
    """Write the opt-out of these staff into the audit trail; `by` is `text` or `carrier`."""
    for staff_id in staff_ids:
        audit_log.record(
            conn,
            at=now,
            actor="opt-out",
            action=AuditAction.OPTED_OUT,
            subject=f"staff {staff_id}",
            detail={"by": by},
        )
