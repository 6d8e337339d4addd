"""The events of one client as a page shows them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select

from engine.model.event import Event
from engine.model.instant import Instant
from engine.store.tables.intake import events

_COLUMNS = [events.c[name] for name in Event._fields]


def in_period(conn: Connection, client_id: int, start: Instant, end: Instant) -> list[Event]:
    """Return a client's events after `start` and up to `end`, the oldest first."""
    wanted = (
        events.c.client_id == client_id,
        events.c.occurred_at > start,
        events.c.occurred_at <= end,
    )
    order = (events.c.occurred_at, events.c.source, events.c.key)
    return [Event(*row) for row in conn.execute(select(*_COLUMNS).where(*wanted).order_by(*order))]


def of_kind(
    conn: Connection, client_ids: Sequence[int], kinds: Collection[str], start: Instant
) -> list[Event]:
    """Return these clients' events of some kinds after `start`, the oldest first."""
    wanted = (
        events.c.client_id.in_(client_ids),
        events.c.kind.in_(kinds),
        events.c.occurred_at > start,
    )
    found = select(*_COLUMNS).where(*wanted).order_by(events.c.occurred_at)
    return [Event(*row) for row in conn.execute(found)]


def of_source(conn: Connection, client_id: int, source: str, most: int) -> list[Event]:
    """Return a client's events of one source, at most so many, the newest first."""
    wanted = (events.c.client_id == client_id, events.c.source == source)
    found = select(*_COLUMNS).where(*wanted).order_by(events.c.occurred_at.desc()).limit(most)
    return [Event(*row) for row in conn.execute(found)]


def entered(conn: Connection, client_id: int, source: str, key: str) -> Event | None:
    """Return the event of a client with this source and key; None if it is not there."""
    wanted = (events.c.client_id == client_id, events.c.source == source, events.c.key == key)
    row = conn.execute(select(*_COLUMNS).where(*wanted)).first()
    return None if row is None else Event(*row)
