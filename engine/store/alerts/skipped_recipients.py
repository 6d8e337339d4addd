"""Passed over: who was not told of an alert though a step would have told them, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from engine.model.instant import Instant
from engine.model.staff import SkippedRecipient
from engine.store.tables.alerts import passed_over
from engine.store.tables.people import staff


@dataclass(frozen=True, slots=True)
class SkippedEntry:
    """Somebody who was not told; `staff_ref` is None where nobody has the role. Microseconds since 1970."""

    at: Instant
    role: str
    staff_ref: str | None
    why: str


def add(
    conn: Connection, alert_id: int, left_out: Sequence[SkippedRecipient], now: Instant
) -> None:
    """Write down who is not told of an alert."""
    rows = [
        {"alert_id": alert_id, "at": now, **{name: getattr(one, name) for name in _SAID}}
        for one in left_out
    ]
    if rows:
        conn.execute(insert(passed_over), rows)


def of_alert(conn: Connection, alert_id: int) -> list[SkippedEntry]:
    """All who were not told of an alert, in the order of time."""
    role = func.coalesce(passed_over.c.role, staff.c.role).label("role")
    wanted = (
        select(passed_over.c.at, role, staff.c.ref, passed_over.c.why)
        .outerjoin(staff, staff.c.id == passed_over.c.staff_id)
        .where(passed_over.c.alert_id == alert_id)
        .order_by(passed_over.c.id)
    )
    return [SkippedEntry(*row) for row in conn.execute(wanted)]


_SAID = ("role", "staff_id", "why")
