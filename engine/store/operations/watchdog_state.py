"""Watchdog state: the promises found broken at its last look, and since when each is."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select

from engine.model.instant import Instant
from engine.store.tables.operations import broken_promises

_ALL = select(broken_promises).order_by(broken_promises.c.promise)


def standing(conn: Connection) -> dict[str, Instant]:
    """Return since when each promise is broken, by its words and in their order."""
    return dict(sorted((row.promise, row.since) for row in conn.execute(_ALL)))


def replace_all(conn: Connection, broken: Mapping[str, Instant]) -> None:
    """Record the promises broken now in place of those of the last look.

    Args:
        conn: A connection in a write transaction.
        broken: Since when each promise is broken, by its words.
    """
    conn.execute(delete(broken_promises))
    if broken:
        rows = [{"promise": promise, "since": since} for promise, since in broken.items()]
        conn.execute(insert(broken_promises), rows)
