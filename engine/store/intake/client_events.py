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
