"""Outages: the data that were missing at the last look."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from engine.model.outages import Outage, Outages
from engine.store.tables.alerts import outages

_ALL = select(outages)


def read(conn: Connection) -> dict[str, Outage]:
    """Return the outages that stood at the last look, by their cause."""
    return {row.cause: Outage(row.since, row.kinds, row.over) for row in conn.execute(_ALL)}


def replace_all(conn: Connection, standing: Outages) -> None:
    """Record the outages that stand now in place of those of the last look."""
    conn.execute(delete(outages))
    if standing:
        rows = [
            {"cause": cause, "since": one.since, "kinds": one.kinds, "over": one.over}
            for cause, one in standing.items()
        ]
        conn.execute(insert(outages), rows)
