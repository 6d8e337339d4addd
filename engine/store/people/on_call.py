"""On call: the rotations that serve, and the overrides of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from engine.model.instant import Instant
from engine.model.on_call import Override, Rotation
from engine.store.database.prepared import prepared
from engine.store.tables.people import on_call_overrides, rotations, staff

_SERVING = prepared(select(rotations).order_by(rotations.c.name))


def serving(conn: Connection) -> tuple[Rotation, ...]:
    """Return the rotations by which the role `on_call` is filled, by name.

    If there are none, everybody who has the role is on call.
    """
    return tuple(_rotation(row) for row in conn.execute(_SERVING))


def serve(conn: Connection, accepted: Sequence[Rotation]) -> bool:
    """Let these rotations serve; False if they did already."""
    if set(accepted) == set(serving(conn)):
        return False
    conn.execute(delete(rotations))
    if accepted:
        conn.execute(
            insert(rotations),
            [_row(one) for one in accepted],
        )
    return True


def overrides(conn: Connection, since: Instant) -> list[Override]:
    """Return the overrides that end after an instant, ordered by their beginning."""
    wanted = (
        select(
            on_call_overrides.c.id,
            on_call_overrides.c.rotation,
            staff.c.ref,
            on_call_overrides.c.began,
            on_call_overrides.c.ended,
        )
        .join(staff, staff.c.id == on_call_overrides.c.staff_id)
        .where(on_call_overrides.c.removed_at.is_(None), on_call_overrides.c.ended > since)
        .order_by(on_call_overrides.c.began, on_call_overrides.c.id)
    )
    return [Override(*row) for row in conn.execute(wanted)]


def override(conn: Connection, rotation: str, staff_id: int, began: Instant, ended: Instant) -> int:
    """Put a member of staff on call in a rotation for a time; return the override's id."""
    row = {"rotation": rotation, "staff_id": staff_id, "began": began, "ended": ended}
    added = conn.scalar(insert(on_call_overrides).values(row).returning(on_call_overrides.c.id))
    assert added is not None
    return added


def remove(conn: Connection, override_id: int, now: Instant) -> bool:
    """Take an override back; False if there is none of this id."""
    there = (on_call_overrides.c.id == override_id, on_call_overrides.c.removed_at.is_(None))
    return (
        conn.execute(update(on_call_overrides).where(*there).values(removed_at=now)).rowcount == 1
    )


def _rotation(row: Row[Any]) -> Rotation:
    return Rotation.model_validate(
        {
            "name": row.name,
            "timezone": row.timezone,
            "first_handover": row.first_handover,
            "turn": row.turn,
            "on": json.loads(row.weekdays),
            "from": row.from_time,
            "to": row.to_time,
            "staff": json.loads(row.staff),
        }
    )


def _row(rotation: Rotation) -> dict[str, object]:
    row = rotation.model_dump(exclude={"on"})
    return {**row, "weekdays": json.dumps(rotation.on), "staff": json.dumps(rotation.staff)}
