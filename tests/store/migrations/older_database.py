"""A database as an older version left it: its tables, and rows written by plain SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alembic import command
from sqlalchemy import Connection, insert, table, text
from sqlalchemy import column as sql_column

from engine.store.database.connection import Database
from engine.store.migrations import config
from engine.store.tables import metadata


def downgrade_to(database: Database, version: str) -> None:
    """Replace all tables by those of an older version, empty."""
    with database.write() as conn:
        metadata.drop_all(conn)
        conn.execute(text("DROP TABLE alembic_version"))
        command.upgrade(config(conn), version)


def put(conn: Connection, into: str, /, **values: object) -> None:
    """Write a row as the older version did, whatever columns the table has today."""
    conn.execute(insert(table(into, *(sql_column(word) for word in values))), values)


def rows(conn: Connection, name: str) -> list[Mapping[str, object]]:
    """Return all rows of a table, in the order of their first column."""
    return list(conn.execute(text(f"SELECT * FROM {name} ORDER BY 1")).mappings())


def put_alert(conn: Connection, **values: Any) -> None:
    """Insert an open alert of client 1 under rule set 1, which is made if it is not there."""
    if not rows(conn, "rule_sets"):
        put(conn, "rule_sets", id=1, hash="h", accepted_at=1, files="{}")
    row = {
        "id": 1, "client_id": 1, "rule_id": "r", "rule_version": "v", "rule_set_id": 1,
        "severity": "low", "state": "open", "began": 1, "opened_at": 1, "historic": False,
        "shadow": False, "evidence": "{}", "policy": "[]",
    }  # fmt: skip
    put(conn, "alerts", **(row | values))
