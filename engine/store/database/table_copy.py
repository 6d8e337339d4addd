"""Copy all rows of one database into another one, SQLite or PostgreSQL, each with its types."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, insert, inspect, literal_column, select, text

from engine.errors import StoreUnavailableError
from engine.store.database.connection import Database
from engine.store.tables import metadata

_AT_ONCE = 2000


def into_file(database: Database, path: Path) -> None:
    """Write what a database holds at this moment into a new SQLite file, while others use it.

    Args:
        database: SQLite, which copies itself, or PostgreSQL, whose rows are copied.
        path: The file; it is empty or missing.
    """
    if database.dialect == "sqlite":
        with database.read() as conn, sqlite3.connect(path) as copy:
            source: Any = conn.connection.driver_connection
            source.backup(copy)
        copy.close()
        return
    target = Database.open(f"sqlite:///{path}")
    target.upgrade()
    with database.read() as conn, target.write() as into:
        copy_rows(conn, into)
    target.close()


def copy_rows(source: Connection, target: Connection) -> dict[str, int]:
    """Copy every row of every table; the tables of the target are empty.

    Returns:
        How many rows were copied, by table.
    """
    # Tables that others refer to come first.
    copied = {table.name: _copy_table(source, target, table) for table in metadata.sorted_tables}
    if target.dialect.name == "postgresql":
        for table in metadata.sorted_tables:
            _go_on_counting(target, table)
    return copied


def count_rows(conn: Connection) -> dict[str, int]:
    """Return how many rows each table has; a table that an earlier version lacks has none."""
    there = set(inspect(conn).get_table_names())
    return {
        table.name: (conn.scalar(select(func.count()).select_from(table)) or 0)
        if table.name in there
        else 0
        for table in metadata.sorted_tables
    }


def damage_of(path: Path) -> str | None:
    """Return what SQLite finds wrong with a file; None if it is whole."""
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as conn:
            found = [row[0] for row in conn.execute("PRAGMA integrity_check(1)")]
        conn.close()
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if found == ["ok"] else " ".join(found[0].split())


def _copy_table(source: Connection, target: Connection, table: Table) -> int:
    statement, count = insert(table), 0
    for rows in _batches(source, table):
        target.execute(statement, rows)
        count += len(rows)
    return count


def _batches(conn: Connection, table: Table) -> Iterator[Sequence[dict[str, Any]]]:
    in_order = select(table).order_by(*table.primary_key)
    with conn.execute(in_order, execution_options={"yield_per": _AT_ONCE}) as rows:
        for some in rows.partitions():
            yield [dict(row._mapping) for row in some]


def _go_on_counting(conn: Connection, table: Table) -> None:
    """Let PostgreSQL give the ids that follow the copied ones."""
    for column in table.primary_key:
        sequence = conn.scalar(
            text("SELECT pg_get_serial_sequence(:table, :column)"),
            {"table": table.name, "column": column.name},
        )
        if sequence:
            newest = conn.scalar(select(func.max(column))) or 0
            conn.execute(select(func.setval(literal_column(f"'{sequence}'"), newest + 1, False)))


def has_rows(conn: Connection) -> str | None:
    """Return a table that holds rows; None if all are empty."""
    for table in metadata.sorted_tables:
        if conn.execute(select(literal_column("1")).select_from(table).limit(1)).first():
            return table.name
    return None


def the_only_user(database: Database) -> None:
    """Refuse a database that a daemon uses.

    Raises:
        StoreUnavailableError: A daemon of this machine has the SQLite file open.
    """
    if database.dialect == "sqlite" and database.is_served():
        raise StoreUnavailableError(f"A daemon uses the database {database.shown}; stop it first.")
