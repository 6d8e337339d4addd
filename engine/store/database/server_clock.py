"""The clock of the database's server, which all daemons on it share."""

from __future__ import annotations

from sqlalchemy import Connection, text

from engine.model.instant import Instant

_NOW = text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")


def read(conn: Connection) -> Instant | None:
    """Return the present instant by the server; None on SQLite, which has no clock of its own."""
    return conn.scalar(_NOW) if conn.dialect.name == "postgresql" else None
