"""A trial database: this version's tables in memory, empty at each request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine.store.database.connection import Database
from engine.store.tables import metadata


class Scratch:
    """One database of this process's alone, for one thing after the other.

    It stays open, so that what SQLAlchemy and SQLite have made of each statement serves the next as
    well.
    """

    def __init__(self) -> None:
        self._database = Database.in_memory()
        with self._database.write() as conn:
            # What the migrations make, word for word, without the time that they take; a test holds
            # the two equal.
            metadata.create_all(conn)
        self._emptying = [f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)]

    def empty(self) -> Database:
        """Return the database, emptied; its last user must be done."""
        with self._database.write() as conn:
            for statement in self._emptying:
                conn.exec_driver_sql(statement)
        return self._database

    def close(self) -> None:
        """Let go of it and all that is in it."""
        self._database.close()


@contextmanager
def scratch() -> Iterator[Scratch]:
    """Yield a database to try things on, which is gone in the end."""
    made = Scratch()
    try:
        yield made
    finally:
        made.close()
