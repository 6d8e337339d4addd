"""A trial database: this version's tables in memory, empty at each request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine.store.database.connection import HEAD, Database
from engine.store.tables import metadata


class Scratch:
    """One database in this process's memory, for one trial after the other.

    It stays open, so that the compiled statements of SQLAlchemy and SQLite serve the next trial
    too.
    """

    def __init__(self) -> None:
        self._database = Database.in_memory()
        with self._database.write() as conn:
            # Equal to the result of the migrations, without the time that they take; a test
            # compares the two.
            metadata.create_all(conn)
            conn.exec_driver_sql("CREATE TABLE alembic_version (version_num)")
            conn.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{HEAD}')")
        self._emptying = [f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)]

    def empty(self) -> Database:
        """Return the database, emptied; its last user must be done."""
        with self._database.write() as conn:
            for statement in self._emptying:
                conn.exec_driver_sql(statement)
        return self._database

    def close(self) -> None:
        """Close it; its content is gone."""
        self._database.close()


@contextmanager
def scratch() -> Iterator[Scratch]:
    """Yield a database for trials, which is gone at the end."""
    made = Scratch()
    try:
        yield made
    finally:
        made.close()
