"""The due times of schedules that a roster gives become changes for its clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time

from sqlalchemy import Connection

from engine.calendar.occurrences import local_day
from engine.flows.schedules.change import record_change
from engine.model.instant import Instant
from engine.model.local_time import Zones
from engine.model.schedule import ChangeKind, ScheduleChange
from engine.store.people import roster
from engine.store.schedules import changes

# The name under which the roster makes changes.
ACTOR = "the roster"
_OFF = "off"


def take(
    conn: Connection, said: Mapping[str, Mapping[str, tuple[str | None, Instant]]], now: Instant
) -> None:
    """Record what a roster says differently from before; what staff changed since then stays.

    Args:
        conn: The transaction.
        said: By ref and schedule: the time of day or `off` (None for the usual time), and the
            instant from whose day on it holds.
        now: The present instant.
    """
    known = roster.find_clients(conn, [ref for ref, times in said.items() if times])
    before = changes.of_clients(conn, [client.id for client in known.values()])
    for ref, client in known.items():
        for schedule_id, (due_by, since) in said[ref].items():
            if due_by != _last(before.get((client.id, schedule_id), ())):
                change = _change(client.id, client.zones, schedule_id, due_by, since, now)
                record_change(conn, client.id, client.zones, change, now)


def _last(made: Sequence[ScheduleChange]) -> str | None:
    """Return what the roster said last."""
    ours = [one for one in made if one.actor == ACTOR]
    if not ours:
        return None
    if ours[-1].kind == ChangeKind.OFF:
        return _OFF
    return f"{ours[-1].by:%H:%M}" if ours[-1].by else None


def _change(
    client_id: int,
    zones: Zones,
    schedule_id: str,
    due_by: str | None,
    since: Instant,
    now: Instant,
) -> ScheduleChange:
    off = due_by == _OFF
    by = None if off or due_by is None else time.fromisoformat(due_by)
    kind = ChangeKind.OFF if off else ChangeKind.BY
    first = local_day(since, zones)
    reason = "as the roster says"
    return ScheduleChange(client_id, schedule_id, kind, first, None, by, reason, ACTOR, now)
