"""Dates of events that look wrong: later than now, or typed with another year."""

from __future__ import annotations

from sqlalchemy import Connection, exists, func, or_, select

from engine.model.duration import Duration
from engine.model.instant import DAY_US, Instant
from engine.store.tables.intake import events
from engine.store.tables.people import clients

# Years by which a date is mistyped, and how far from a whole year the event may have come in.
_YEARS, _YEAR_US, _NEAR_US = (1, 2, 10), 365 * DAY_US, 20 * DAY_US


def ahead(conn: Connection, now: Instant) -> tuple[int, Duration]:
    """Return how many events are dated after `now`, and how far ahead the furthest is (or 0)."""
    asked = select(func.count(), func.max(events.c.occurred_at)).select_from(events)
    number, furthest = conn.execute(asked.where(events.c.occurred_at > now)).one()
    return number, (furthest or now) - now


def years_off(conn: Connection, since: Instant) -> list[str]:
    """Read the clients about whom an event came in that is dated whole years before.

    Such a date was probably typed with another year. What a source tells of the past at its first
    reading does not count, because nothing newer was known of the client then.

    Args:
        conn: The connection to read from.
        since: Since when the events came in.

    Returns:
        The refs, each once and in order.
    """
    earlier = events.alias()
    late = events.c.recorded_at - events.c.occurred_at
    off = or_(*(late.between(y * _YEAR_US - _NEAR_US, y * _YEAR_US + _NEAR_US) for y in _YEARS))
    newer_was_known = exists().where(
        earlier.c.client_id == events.c.client_id,
        earlier.c.recorded_at < events.c.recorded_at,
        earlier.c.occurred_at > events.c.occurred_at + _YEAR_US // 2,
    )
    found = (
        select(clients.c.ref)
        .join(events, events.c.client_id == clients.c.id)
        .where(events.c.recorded_at >= since, off, newer_was_known)
    )
    return list(conn.scalars(found.distinct().order_by(clients.c.ref)))
