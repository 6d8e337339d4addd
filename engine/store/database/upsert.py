"""INSERT … ON CONFLICT, the one statement that SQLAlchemy spells apart for each database."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Table

from engine.store.database.prepared import prepared


def insert_of(dialect: str, table: Table) -> Any:
    """Return an INSERT that knows `on_conflict_do_update` and `on_conflict_do_nothing`."""
    # Imports only the one in use, because PostgreSQL's takes long.
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


def put_row(conn: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert a row of all columns, or replace the one with the same primary key."""
    conn.execute(_put(conn.dialect.name, table), row)


def add_row(conn: Connection, table: Table, row: Mapping[str, Any]) -> int | None:
    """Insert a row; return its id, or None if a key of the table has it already."""
    added: int | None = conn.scalar(_add(conn.dialect.name, table), row)
    return added


@cache
def _put(dialect: str, table: Table) -> Any:
    insert = insert_of(dialect, table)
    keys = [column.name for column in table.primary_key]
    replaced = {
        column.name: insert.excluded[column.name] for column in table.c if column.name not in keys
    }
    return prepared(insert.on_conflict_do_update(index_elements=keys, set_=replaced))


@cache
def _add(dialect: str, table: Table) -> Any:
    return prepared(insert_of(dialect, table).on_conflict_do_nothing().returning(table.c.id))
