"""Absences: when members of staff are told nothing, and who is told instead."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select, update

from engine.model.instant import Instant
from engine.model.on_call import Absence
from engine.store.database.prepared import prepared
from engine.store.tables.people import absences

_LASTING = prepared(
    select(*[absences.c[name] for name in Absence.__dataclass_fields__])
    .where(
        absences.c.removed_at.is_(None),
        absences.c.ended > bindparam("since"),
        absences.c.began < bindparam("until"),
    )
    .order_by(absences.c.id)
)


def lasting(conn: Connection, since: Instant, until: Instant) -> list[Absence]:
    """Return the absences that overlap [since, until), in the order of adding."""
    return [Absence(*row) for row in conn.execute(_LASTING, {"since": since, "until": until})]


def add(
    conn: Connection, staff_id: int, began: Instant, ended: Instant, stand_in_id: int | None
) -> int:
    """Record that a member of staff is absent for a time; return the absence's id."""
    row = {"staff_id": staff_id, "began": began, "ended": ended, "stand_in_id": stand_in_id}
    added = conn.scalar(insert(absences).values(row).returning(absences.c.id))
    assert added is not None
    return added


def remove(conn: Connection, absence_id: int, now: Instant) -> bool:
    """Take an absence back; False if there is none of this id."""
    there = (absences.c.id == absence_id, absences.c.removed_at.is_(None))
    return conn.execute(update(absences).where(*there).values(removed_at=now)).rowcount == 1
