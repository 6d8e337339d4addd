"""A person changes a schedule for one client, with dates, a reason and a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

from sqlalchemy import Connection

from engine.calendar.occurrences import local_day
from engine.calendar.standing import standing_at
from engine.errors import UserError
from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.model.local_time import Zones, first_reached_in_zones
from engine.model.schedule import ChangeKind, ScheduleChange
from engine.rulebook.plans.plans import Schedule
from engine.store.alerts import due_clients
from engine.store.operations import audit_log
from engine.store.people import named_clients
from engine.store.people.roster import KnownClient
from engine.store.schedules import changes, expectations

# As wide as their columns.
_LONGEST_REASON, _LONGEST_ACTOR = 200, 64


def change_schedule(
    conn: Connection, ref: str, schedule: Schedule, change: ScheduleChange, now: Instant
) -> None:
    """Record a change, and let the client's expectations be decided again.

    Args:
        conn: A connection in a transaction that writes.
        ref: The client's.
        schedule: The schedule of the change.
        change: The change; its client is the one of `ref`.
        now: The present instant.

    Raises:
        UserError: There is no such client, a word is missing or too long, the days are in the wrong
            order, or nothing would change because they are over.
    """
    client = named_clients.find(conn, ref)
    if not (
        0 < len(change.reason.strip()) <= _LONGEST_REASON
        and 0 < len(change.actor.strip()) <= _LONGEST_ACTOR
    ):
        raise UserError(
            f"A change needs a reason of at most {_LONGEST_REASON} characters, and the name of the "
            f"person who makes it, of at most {_LONGEST_ACTOR}."
        )
    if change.last is not None and change.last < change.first:
        raise UserError(f"The last day {change.last} comes before the first day {change.first}.")
    if not _has_effect(conn, client, schedule, change, now):
        day = change.last or change.first
        raise UserError(
            f"{day} is over for {ref}, and this would change nothing of {schedule.id} any more."
        )
    record_change(conn, client.id, client.zones, change, now)


def is_for(conn: Connection, ref: str, schedule: Schedule, now: Instant) -> bool:
    """Return whether a schedule is for a client now.

    Raises:
        UserError: There is no such client.
    """
    stands = standing_at(named_clients.read(conn, ref).record, now)
    return stands.enrolled and stands.has(schedule.wanted)


def record_change(
    conn: Connection, client_id: int, zones: Zones, change: ScheduleChange, now: Instant
) -> None:
    """Record a change of a known client, and let the client's expectations be decided again."""
    changes.add(conn, replace(change, client_id=client_id))
    began = first_reached_in_zones(datetime.combine(change.first, time()), zones)
    due_clients.mark_dirty(conn, {client_id: min(began, now)})
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


def _has_effect(
    conn: Connection, client: KnownClient, schedule: Schedule, change: ScheduleChange, now: Instant
) -> bool:
    """Whether anything that a change covers lies ahead, is open, or can still be excused."""
    if change.kind == ChangeKind.EXTRA:
        by = change.by or schedule.timing.by
        return first_reached_in_zones(datetime.combine(change.first, by), client.zones) > now
    if change.last is None or change.last >= local_day(now, client.zones):
        return True
    began = first_reached_in_zones(datetime.combine(change.first, time()), client.zones)
    return any(
        one.schedule_id == schedule.id
        and change.covers(one.occurrence.day)
        and (one.outcome is None or change.kind == ChangeKind.EXCUSED)
        for one in expectations.of_clients(conn, [client.id], began).get(client.id, ())
    )
