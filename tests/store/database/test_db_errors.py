"""A broken database is known at once, from any cause, and reported in one sentence."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import OperationalError

from engine.errors import StoreUnavailableError
from engine.store.database.connection import Database
from engine.store.database.db_errors import outage_in
from engine.store.tables.operations import job_runs


def failing(code: int) -> str | None:
    error = sqlite3.OperationalError("in words that no table here knows")
    error.sqlite_errorcode = code
    return outage_in(OperationalError("", None, error), "h.db")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "is held by another program"),
        (sqlite3.SQLITE_LOCKED_SHAREDCACHE, "is held by another program"),
        (sqlite3.SQLITE_IOERR_FSYNC, "disk I/O error"),
        (sqlite3.SQLITE_IOERR_SHMMAP, "disk I/O error"),
        (sqlite3.SQLITE_CORRUPT_INDEX, "is damaged"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "is read-only"),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, "the limit of open files"),
        (sqlite3.SQLITE_NOMEM, "no memory left"),
    ],
)
def test_every_kind_of_trouble_with_the_file_is_known_by_its_code(code: int, says: str) -> None:
    assert says in (failing(code) or "")


@pytest.mark.parametrize("code", [sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT_UNIQUE])
def test_a_mistake_of_ours_is_none_of_the_databases(code: int) -> None:
    assert failing(code) is None


def test_a_full_disk(sqlite_database: Database) -> None:
    def write() -> None:
        with sqlite_database.write() as conn:
            # SQLite gives one error for a file at its limit and for a full disk.
            conn.execute(text("PRAGMA max_page_count = 1"))
            row = {"job": "evaluate", "ended_at": 1, "error": "x" * 1_000_000}
            conn.execute(insert(job_runs), row)

    with pytest.raises(StoreUnavailableError, match="the disk is full"):
        write()
    with sqlite_database.read() as conn:
        assert conn.execute(select(job_runs)).all() == []


def test_a_damaged_page(tmp_path: Path) -> None:
    file = tmp_path / "h.db"
    Database.ready(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = 'job_runs'")
        page = found.fetchone()[0]
    with file.open("r+b") as opened:
        opened.seek((page - 1) * 4096)
        opened.write(b"\xa5" * 4096)
    database = Database.open(f"sqlite:///{file}")
    with pytest.raises(StoreUnavailableError, match="is damaged"), database.read() as conn:
        conn.execute(select(job_runs)).all()
    database.close()


def test_a_file_that_another_program_holds(tmp_path: Path) -> None:
    file = tmp_path / "h.db"
    Database.ready(f"sqlite:///{file}").close()
    database = Database.open(f"sqlite:///{file}", busy_seconds=0)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError, match="held by another"), database.write():
            pass
    with database.write():
        pass
    database.close()


EXHAUSTED = """
import os, resource, sys
from engine.errors import StoreUnavailableError
from engine.store.database.connection import Database
database = Database.open(sys.argv[1])
database.check()
database.engine.dispose()
highest = max(map(int, os.listdir("/proc/self/fd")))
resource.setrlimit(resource.RLIMIT_NOFILE, (highest, highest))
try:
    while True:
        os.dup(0)
except OSError:
    pass
try:
    database.check()
except StoreUnavailableError as error:
    print(error)
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors as Linux does")
def test_no_file_descriptor_left(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'h.db'}"
    Database.ready(url).close()
    run = subprocess.run(
        [sys.executable, "-c", EXHAUSTED, url], capture_output=True, text=True, check=False
    )
    assert "cannot be opened" in run.stdout, run.stderr


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("lock_timeout", "in use by another transaction"),
        ("statement_timeout", "ended the statement"),
    ],
)
def test_a_postgres_that_gives_up_waiting(
    postgres_database: Database, setting: str, says: str
) -> None:
    def wait() -> None:
        with postgres_database.write() as conn:
            conn.execute(text(f"SET LOCAL {setting} = '20ms'"))
            conn.execute(select(job_runs)).all()

    with postgres_database.write() as conn:
        conn.execute(text("LOCK TABLE job_runs"))
        with pytest.raises(StoreUnavailableError, match=says):
            wait()


def test_a_postgres_that_ended_what_a_suspended_daemon_had_begun() -> None:
    ended = OperationalError("COMMIT", None, psycopg.errors.IdleInTransactionSessionTimeout())
    assert "had been idle" in str(outage_in(ended, "here"))
