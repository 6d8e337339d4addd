"""Source health: the state of each source."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection, bindparam, delete, select

from engine.model.instant import Instant
from engine.model.outages import Feed
from engine.store.database.prepared import prepared
from engine.store.database.upsert import put_row
from engine.store.tables.intake import events, source_health

_ALL = select(source_health)
_ONE = prepared(_ALL.where(source_health.c.source == bindparam("name")))


def read(conn: Connection) -> dict[str, Feed]:
    """Return the state of each source that was ever tried and is still configured, by name."""
    return {name: Feed(*health) for name, *health in conn.execute(_ALL)}


def write(conn: Connection, name: str, feed: Feed) -> None:
    """Record the state of a source."""
    row = {
        "source": name,
        "tried_at": feed.tried,
        "read_at": feed.read,
        "arrived_at": feed.arrived,
        "kinds": feed.kinds,
        "out_since": feed.out_since,
        "half_read_since": feed.half_read_since,
        "why": feed.why,
    }
    put_row(conn, source_health, row)


def known(conn: Connection, name: str, now: Instant) -> Feed:
    """Return the state of a source so far; one never tried (`tried` is 0) begins at `now`."""
    row = conn.execute(_ONE, {"name": name}).one_or_none()
    if row is not None:
        return Feed(*row[1:])
    kinds = conn.scalars(select(events.c.kind).distinct().where(events.c.source == name))
    return Feed(0, now, now, frozenset(kinds))


def begin(conn: Connection, name: str, now: Instant) -> None:
    """Record that part of a source is read, and the rest is still to come."""
    write(conn, name, replace(known(conn, name, now), tried=now, half_read_since=now))


def forget_all_but(conn: Connection, names: Collection[str]) -> None:
    """Forget the sources that are no longer configured, because nobody waits for their data."""
    conn.execute(delete(source_health).where(source_health.c.source.not_in(names)))
