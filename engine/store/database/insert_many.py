"""Very many rows into one table, handed to the driver as they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.sql.compiler import SQLCompiler

from engine.store.database.driver import insert_by_driver
from engine.store.database.upsert import insert_of


def insert_unknown(
    conn: Connection,
    table: Table,
    columns: tuple[str, ...],
    unique: tuple[str, ...],
    rows: Iterable[Sequence[Any]],
) -> int:
    """Insert the rows that the table does not hold yet.

    A dict for each row, and SQLAlchemy's own look at it, would take as long as the database itself.

    Args:
        conn: The transaction.
        table: The table, whose types the driver takes as they are.
        columns: The columns of a row, in the order of the table.
        unique: The columns that tell rows apart.
        rows: The rows, at least one.

    Returns:
        How many were new.
    """
    statement, is_by_place = _unless_known(conn.dialect, table, columns, unique)
    given: Any = (
        list(rows) if is_by_place else [dict(zip(columns, row, strict=True)) for row in rows]
    )
    return insert_by_driver(conn, statement, given)


@lru_cache(maxsize=4)
def _unless_known(
    dialect: Dialect, table: Table, columns: tuple[str, ...], unique: tuple[str, ...]
) -> tuple[str, bool]:
    """Return the statement, and whether it takes a row's values by their place, not by name."""
    insert = insert_of(dialect.name, table).on_conflict_do_nothing(index_elements=list(unique))
    compiled = insert.compile(dialect=dialect, column_keys=list(columns))
    assert isinstance(compiled, SQLCompiler)
    if compiled.positiontup:
        assert tuple(compiled.positiontup) == columns, compiled.positiontup
    return str(compiled), bool(compiled.positiontup)
