"""Assignments that follow a client into another one: `said_of` is the client of their rows."""

from __future__ import annotations

from sqlalchemy import Connection, or_, select, update

from engine.model.instant import Instant
from engine.store.tables.people import assignments


def move(conn: Connection, client_id: int, into_id: int, now: Instant) -> None:
    """Give a client's assignments that last to another client, who may have the same already."""
    theirs = assignments.alias()
    has_same = (
        select(theirs.c.id)
        .where(
            theirs.c.client_id == into_id,
            theirs.c.staff_id == assignments.c.staff_id,
            theirs.c.role == assignments.c.role,
            or_(theirs.c.began == assignments.c.began, theirs.c.ended.is_(None)),
        )
        .exists()
    )
    lasting = (
        assignments.c.client_id == client_id,
        or_(assignments.c.ended.is_(None), assignments.c.ended > now),
        ~has_same,
    )
    moved = update(assignments).where(*lasting)
    conn.execute(moved.values(client_id=into_id, said_of=client_id))


def move_back(conn: Connection, client_id: int) -> None:
    """Give a client back the assignments of their rows."""
    back = update(assignments).where(assignments.c.said_of == client_id)
    conn.execute(back.values(client_id=client_id, said_of=None))
