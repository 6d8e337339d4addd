"""The one thing that SQLAlchemy spells apart for each database: INSERT … ON CONFLICT."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Table


def insert_of(dialect: str, table: Table) -> Any:
    """Return an INSERT with `on_conflict_do_update` and `on_conflict_do_nothing`, alike on both."""
    # Only the one that is used: PostgreSQL's takes long to import.
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


def put_row(conn: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert a row of all columns; it takes the place of the one that has the same primary key."""
    conn.execute(_put(conn.dialect.name, table), row)


def add_row(conn: Connection, table: Table, row: Mapping[str, Any]) -> int | None:
    """Insert a row; its id, or None where it is there already, by any key of the table."""
    added: int | None = conn.scalar(_add(conn.dialect.name, table), row)
    return added


# Made once each, because a statement takes longer to make than to run.
@cache
def _put(dialect: str, table: Table) -> Any:
    insert = insert_of(dialect, table)
    keys = [column.name for column in table.primary_key]
    replaced = {
        column.name: insert.excluded[column.name] for column in table.c if column.name not in keys
    }
    return insert.on_conflict_do_update(index_elements=keys, set_=replaced)


@cache
def _add(dialect: str, table: Table) -> Any:
    return insert_of(dialect, table).on_conflict_do_nothing().returning(table.c.id)
