"""A person changes a schedule for one client, with dates, a reason and a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from engine.errors import UserError
from engine.model.audit_action import AuditAction
from engine.model.instant import DAY_US, Instant
from engine.model.schedule import ScheduleChange
from engine.store.alerts import due_clients
from engine.store.operations import audit_log
from engine.store.people import roster
from engine.store.schedules import changes

_EPOCH = date(1970, 1, 1).toordinal()


def change_schedule(conn: Connection, ref: str, change: ScheduleChange, now: Instant) -> None:
    """Record a change, and let the client's expectations be decided again.

    Args:
        conn: A connection in a transaction that writes.
        ref: The client's.
        change: The change; its client is the one of `ref`.
        now: The present instant.

    Raises:
        UserError: There is no such client, a word is missing, or the days are in the wrong order.
    """
    known = roster.find_clients(conn, [ref])
    if not known:
        raise UserError(f"There is no client {ref}.")
    if not change.reason.strip() or not change.actor.strip():
        raise UserError("A change needs a reason and the name of the person who makes it.")
    if change.last is not None and change.last < change.first:
        raise UserError(f"The last day {change.last} comes before the first day {change.first}.")
    client_id = known[ref].id
    changes.add(conn, replace(change, client_id=client_id))
    # The day begins up to a day earlier where the client lives.
    began = (change.first.toordinal() - _EPOCH - 1) * DAY_US
    due_clients.mark_dirty(conn, {client_id: max(0, min(began, now))})
    audit_log.record(
        conn,
        at=now,
        actor=change.actor,
        action=AuditAction.SCHEDULE_CHANGED,
        subject=f"client {client_id}",
        detail={
            "schedule": change.schedule_id,
            "change": str(change.kind),
            "first": change.first.isoformat(),
            "last": change.last.isoformat() if change.last else None,
            "by": f"{change.by:%H:%M}" if change.by else None,
        },
    )
