"""On call: the rotations that serve, and the overrides of them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from engine.model.instant import Instant
from engine.model.on_call import Override, Rotation
from engine.store.tables.people import on_call_overrides, rotations, staff

_SERVING = select(rotations).order_by(
    rotations.c.name
)  # made once, because it takes longer to make than to run


def serving(conn: Connection) -> tuple[Rotation, ...]:
    """The rotations by which the role `on_call` is filled.

    None where everybody who has it is on call.
    """
    return tuple(
        Rotation(
            name=row.name,
            timezone=row.timezone,
            first_handover=row.first_handover,
            staff=json.loads(row.staff),
        )
        for row in conn.execute(_SERVING)
    )


def serve(conn: Connection, accepted: Sequence[Rotation]) -> bool:
    """Let these rotations serve; False where they did already."""
    if set(accepted) == set(serving(conn)):
        return False
    conn.execute(delete(rotations))
    if accepted:
        conn.execute(
            insert(rotations),
            [{**one.model_dump(), "staff": json.dumps(one.staff)} for one in accepted],
        )
    return True


def overrides(conn: Connection, since: Instant) -> list[Override]:
    """The overrides that end after an instant, in the order in which they begin."""
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
    """Take an override back; False where there is none of this id."""
    there = (on_call_overrides.c.id == override_id, on_call_overrides.c.removed_at.is_(None))
    return (
        conn.execute(update(on_call_overrides).where(*there).values(removed_at=now)).rowcount == 1
    )
