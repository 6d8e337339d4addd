"""Changes of schedules for single clients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from engine.model.schedule import ScheduleChange
from engine.store.tables.schedules import schedule_changes

_OF_CLIENTS = (
    select(schedule_changes)
    .where(schedule_changes.c.client_id.in_(bindparam("ids", expanding=True)))
    .order_by(schedule_changes.c.id)
)


def add(conn: Connection, change: ScheduleChange) -> None:
    """Record a change."""
    row = {
        "client_id": change.client_id,
        "schedule_id": change.schedule_id,
        "kind": change.kind,
        "first_day": change.first.isoformat(),
        "last_day": change.last.isoformat() if change.last else None,
        "by": f"{change.by:%H:%M}" if change.by else None,
        "reason": change.reason,
        "actor": change.actor,
        "made_at": change.made_at,
    }
    conn.execute(insert(schedule_changes), row)


def of_clients(
    conn: Connection, client_ids: Sequence[int]
) -> Mapping[tuple[int, str], list[ScheduleChange]]:
    """Read the changes by client and schedule, in the order in which they were made."""
    found: dict[tuple[int, str], list[ScheduleChange]] = defaultdict(list)
    for row in conn.execute(_OF_CLIENTS, {"ids": client_ids}):
        found[row.client_id, row.schedule_id].append(_read(row))
    return found


def _read(row: Row[Any]) -> ScheduleChange:
    return ScheduleChange(
        row.client_id,
        row.schedule_id,
        row.kind,
        date.fromisoformat(row.first_day),
        date.fromisoformat(row.last_day) if row.last_day else None,
        time.fromisoformat(row.by) if row.by else None,
        row.reason,
        row.actor,
        row.made_at,
    )
