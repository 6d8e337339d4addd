"""The one thing that SQLAlchemy spells apart for each database: INSERT … ON CONFLICT."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(conn: Connection, table: Table) -> Any:
    """An INSERT that knows `on_conflict_do_update` and `on_conflict_do_nothing`, which read alike on both."""
    return (postgresql if conn.dialect.name == "postgresql" else sqlite).insert(table)
