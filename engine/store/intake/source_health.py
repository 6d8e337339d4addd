"""Feeds: how each source fares, kept among the heartbeats."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, select

from engine.model.instant import Instant
from engine.model.outages import SOURCE, Feed
from engine.store.operations import heartbeats
from engine.store.tables.intake import events
from engine.store.tables.operations import heartbeats as table

# Asked at every step, and made once, for a statement takes longer to make than to run.
_ALL = select(table.c.name, table.c.detail).where(table.c.name.startswith(SOURCE, autoescape=True))


def read(conn: Connection) -> dict[str, Feed]:
    """Every source that was ever tried and is configured still, by name."""
    return {
        row.name.removeprefix(SOURCE): _read(json.loads(row.detail)) for row in conn.execute(_ALL)
    }


def write(conn: Connection, name: str, feed: Feed) -> None:
    """Write down how a source fares."""
    detail = {
        **{word: getattr(feed, word) for word in Feed.__dataclass_fields__},
        "kinds": sorted(feed.kinds),
    }
    heartbeats.beat(conn, SOURCE + name, feed.tried, detail)


def known(conn: Connection, name: str, now: Instant) -> Feed:
    """How a source fared so far; one that was never tried (at 0, that is) begins to be at `now`."""
    feed = read(conn).get(name)
    if feed is not None:
        return feed
    kinds = conn.scalars(select(events.c.kind).distinct().where(events.c.source == name))
    return Feed(0, now, now, frozenset(kinds))


def begin(conn: Connection, name: str, now: Instant) -> None:
    """Write down that part of what a source holds is read, and the rest is still to come."""
    write(conn, name, replace(known(conn, name, now), tried=now, half_read_since=now))


def forget_all_but(conn: Connection, names: Collection[str]) -> None:
    """Forget sources that are configured no longer, for nobody waits for what they bring."""
    of_sources = table.c.name.startswith(SOURCE, autoescape=True)
    conn.execute(
        delete(table).where(of_sources, table.c.name.not_in([SOURCE + name for name in names]))
    )


def _read(detail: dict[str, Any]) -> Feed:
    return Feed(**{**detail, "kinds": frozenset(detail["kinds"])})
