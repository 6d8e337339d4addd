"""Alert storms: the times at which more texts waited than people can act on one by one."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select, update

from engine.model.duration import Duration
from engine.model.instant import Instant
from engine.store.tables.operations import alert_storms

_LAST_HELD = select(func.max(alert_storms.c.last_held_at))


def last_held_at(conn: Connection) -> Instant | None:
    """Return when the storm brake last held; None if it never did."""
    return conn.scalar(_LAST_HELD)


def record(conn: Connection, now: Instant, clients: int, window: Duration) -> None:
    """Record that the storm brake holds now.

    Args:
        conn: A connection in a write transaction.
        now: The present instant.
        clients: How many clients the waiting texts concern.
        window: If the brake last held less than this long ago, it is the same storm.
    """
    same = alert_storms.c.last_held_at > now - window
    lasts = conn.execute(update(alert_storms).where(same).values(last_held_at=now, clients=clients))
    if not lasts.rowcount:
        conn.execute(insert(alert_storms).values(began_at=now, last_held_at=now, clients=clients))
