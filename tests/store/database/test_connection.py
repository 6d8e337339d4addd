"""Opening, reading and writing, and what an operator is told of a database that cannot be used."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, insert, select, text

from engine.errors import StoreUnavailableError, UserError
from engine.store.database.connection import HEAD, Database
from engine.store.tables import metadata
from engine.store.tables.operations import job_runs
from tests.kit.databases import Postgres

RUN = {"job": "evaluate", "ended_at": 1}


def test_what_was_written_is_read(database: Database) -> None:
    with database.write() as conn:
        conn.execute(insert(job_runs), RUN)
    with database.read() as conn:
        assert conn.scalar(select(func.count()).select_from(job_runs)) == 1


def test_an_error_inside_a_write_undoes_all_of_it(database: Database) -> None:
    def fail_midway() -> None:
        with database.write() as conn:
            conn.execute(insert(job_runs), RUN)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_midway()
    with database.read() as conn:
        assert conn.scalar(select(func.count()).select_from(job_runs)) == 0


def test_a_reader_sees_one_snapshot_while_others_write(database: Database) -> None:
    with database.read() as conn:
        assert conn.scalar(select(func.count()).select_from(job_runs)) == 0
        with database.write() as other:
            other.execute(insert(job_runs), RUN)
        assert conn.scalar(select(func.count()).select_from(job_runs)) == 0


def test_writers_on_sqlite_wait_for_one_another(sqlite_database: Database) -> None:
    """Each process reads a number and writes it plus one; no write is lost or fails as locked."""
    with sqlite_database.write() as conn:
        conn.execute(insert(job_runs), {**RUN, "ended_at": 0})

    def add() -> None:
        for _ in range(20):
            with sqlite_database.write() as conn:
                at = conn.scalar(select(job_runs.c.ended_at)) or 0
                conn.execute(job_runs.update().values(ended_at=at + 1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sqlite_database.read() as conn:
        assert conn.scalar(select(job_runs.c.ended_at)) == 80


def test_sqlite_survives_a_power_cut_and_keeps_foreign_keys(sqlite_database: Database) -> None:
    with sqlite_database.read() as conn:
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert conn.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_only_what_need_not_survive_a_power_cut_does_not_wait_for_the_disk(
    database: Database,
) -> None:
    asked, does_not, waits = "PRAGMA synchronous", 1, 2
    if database.dialect == "postgresql":
        # The tests' own server waits for nothing, so what counts is who says so.
        asked = "SELECT source FROM pg_settings WHERE name = 'synchronous_commit'"
        does_not, waits = "session", "configuration file"
    for durable, expected in ((True, waits), (False, does_not), (True, waits)):
        with database.write(durable=durable) as conn:
            assert conn.exec_driver_sql(asked).scalar() == expected


def test_the_folder_of_a_sqlite_file_is_made(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/new/deep/handrail.db")
    database.check()
    assert database.version() is None
    database.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://user:geheim@host/db", "has another beginning"),
        ("sqlite://", "names no file"),
        ("geheim", "cannot be read"),
        ("postgresql://u:geheim@host:port/db", "cannot be read"),
        ("postgresql://u:x@geheim@host/db", "write %40"),
        ("geheim://host/db", "has another beginning"),
    ],
)
def test_a_url_of_another_kind_is_refused_without_its_password(url: str, says: str) -> None:
    with pytest.raises(UserError) as caught:
        Database.open(url)
    assert says in str(caught.value)
    assert "geheim" not in str(caught.value)


def sentence(database: Database) -> str:
    with pytest.raises(StoreUnavailableError) as caught:
        database.check()
    database.close()
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "handrail.db").write_text("Dear diary, " * 1000)
    assert "is not a SQLite database" in sentence(
        Database.open(f"sqlite:///{tmp_path}/handrail.db")
    )


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    assert "cannot be opened" in sentence(Database.open(f"sqlite:///{tmp_path}"))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://handrail:geheim@127.0.0.1:1/handrail",
        "postgresql://handrail:ge%68eim@127.0.0.1:1/handrail",
        "postgresql://handrail@127.0.0.1:1/handrail?password=geheim",
        "postgresql://handrail@127.0.0.1:1/handrail?p%61ssword=geheim",
        "postgresql://127.0.0.1:1/handrail?user=u&password=geheim&sslpassword=geheim",
        "postgresql://handrail:x/geheim@127.0.0.1:1/handrail",
    ],
)
def test_an_unreachable_postgres_is_named_without_its_password(url: str) -> None:
    database = Database.open(url)
    said = sentence(database)
    assert "cannot be reached" in said
    assert "geheim" not in said
    assert database.shown == "postgresql://127.0.0.1:1/handrail"


@pytest.mark.postgres
def test_a_postgres_database_that_is_not_there(postgres_database: Database) -> None:
    url = postgres_database.url.set(database="nowhere").render_as_string(hide_password=False)
    assert "does not exist" in sentence(Database.open(url))


@pytest.mark.postgres
def test_a_postgres_that_only_reads(postgres_database: Database) -> None:
    options = {"options": "-c default_transaction_read_only=on"}
    url = postgres_database.url.update_query_dict(options).render_as_string(hide_password=False)
    assert "is read-only" in sentence(Database.open(url))


def test_tables_that_are_not_there_yet(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/handrail.db")
    with (
        pytest.raises(StoreUnavailableError, match="run handrail db upgrade"),
        database.read() as conn,
    ):
        conn.execute(select(job_runs)).all()
    database.close()


def test_our_own_mistakes_in_sql_are_not_blamed_on_the_database(sqlite_database: Database) -> None:
    with pytest.raises(Exception, match="no such column") as caught, sqlite_database.read() as conn:
        conn.execute(text("SELECT rubbish FROM job_runs"))
    assert not isinstance(caught.value, UserError)


@contextmanager
def nobody(path: Path) -> Iterator[None]:
    """Root may write everything, so for a while this process is nobody."""
    if os.geteuid() != 0:
        yield
        return
    for folder in [path, *path.parents][:4]:
        folder.chmod(folder.stat().st_mode | 0o055)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_read_only_sqlite_file(tmp_path: Path) -> None:
    Database.ready(f"sqlite:///{tmp_path}/handrail.db").close()
    (tmp_path / "handrail.db").chmod(0o444)
    with nobody(tmp_path):
        assert "is read-only" in sentence(Database.open(f"sqlite:///{tmp_path}/handrail.db"))


def test_a_sqlite_folder_that_cannot_be_made(tmp_path: Path) -> None:
    with nobody(tmp_path), pytest.raises(StoreUnavailableError, match="cannot be made"):
        Database.open("sqlite:////proc/handrail/handrail.db")


def test_a_new_sqlite_file_is_ready_at_once(tmp_path: Path) -> None:
    database = Database.ready(f"sqlite:///{tmp_path}/handrail.db")
    assert database.version() == HEAD
    database.close()


def test_tables_that_hold_data_wait_for_the_operator(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/handrail.db"
    database = Database.ready(url)
    with database.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    database.close()
    with pytest.raises(StoreUnavailableError, match="has the tables of version 0000"):
        Database.ready(url)


def test_tables_of_a_newer_handrail_are_left_to_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/handrail.db"
    database = Database.ready(url)
    with database.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(StoreUnavailableError, match="install the newer Handrail"):
        Database.ready(url)


@pytest.mark.postgres
def test_an_upgrade_begins_once_running_daemons_have_ended_what_they_write(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[int] = []

    def migrate(config: Config, _: str) -> None:
        found.append(config.attributes["connection"].scalar(select(func.count(job_runs.c.job))))

    monkeypatch.setattr(command, "upgrade", migrate)
    waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with closing(Database.open(postgres.new_url())) as database:
        with database.write() as conn:
            conn.execute(text("UPDATE alembic_version SET version_num = '0000'"))
        upgraded = threading.Thread(target=database.upgrade)
        with database.write() as conn:
            conn.execute(insert(job_runs), RUN)
            upgraded.start()
            while not conn.scalar(waits):
                pass
        upgraded.join()
    assert found == [1]


@pytest.mark.postgres
def test_an_empty_postgres_waits_for_the_operator(postgres: Postgres) -> None:
    url = postgres.new_url()
    with closing(Database.open(url)) as database, database.write() as conn:
        conn.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(StoreUnavailableError, match="has no tables yet"):
        Database.ready(url)


@pytest.mark.postgres
def test_two_daemons_that_upgrade_at_once_do_it_once(postgres: Postgres) -> None:
    with closing(Database.open(postgres.new_url())) as database:
        with database.write() as conn:
            metadata.drop_all(conn)
            conn.execute(text("DROP TABLE alembic_version"))
        threads = [threading.Thread(target=database.upgrade) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert database.version() == HEAD


def test_a_sqlite_file_that_was_deleted_or_replaced_is_used_no_more(tmp_path: Path) -> None:
    database = Database.ready(f"sqlite:///{tmp_path / 'h.db'}")
    for left in tmp_path.glob("h.db*"):
        left.unlink()
    with pytest.raises(StoreUnavailableError, match="was deleted or replaced"), database.write():
        pass
    with pytest.raises(StoreUnavailableError, match="was deleted or replaced"), database.read():
        pass
    Database.ready(f"sqlite:///{tmp_path / 'h.db'}").close()
    with pytest.raises(StoreUnavailableError, match="was deleted or replaced"), database.write():
        pass
    database.close()


def test_a_file_that_took_the_place_of_another_is_not_opened_again(tmp_path: Path) -> None:
    database = Database.ready(f"sqlite:///{tmp_path / 'h.db'}")
    for left in tmp_path.glob("h.db*"):
        left.unlink()
    Database.ready(f"sqlite:///{tmp_path / 'h.db'}").close()
    again = database.again(busy_seconds=1, connections=1)
    with pytest.raises(StoreUnavailableError, match="was deleted or replaced"), again.read():
        pass
    database.close()


def test_no_connection_left_is_a_database_too_busy(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'h.db'}", busy_seconds=0, connections=1)
    with (
        database.read(),
        pytest.raises(StoreUnavailableError, match="all connections are in use"),
        database.read(),
    ):
        pass
    database.close()


def test_a_thread_that_waits_to_write_goes_before_one_that_asks_again(
    sqlite_database: Database,
) -> None:
    order = []

    def until_the_other_waits() -> None:
        while not sqlite_database.writing.awaited:
            pass

    def write() -> None:
        for left in reversed(range(20)):
            with sqlite_database.write():
                order.append("waited")
                if left:
                    until_the_other_waits()

    waiting = threading.Thread(target=write)
    for _ in range(20):
        with sqlite_database.write():
            if not order:
                waiting.start()
            until_the_other_waits()
            order.append("wrote before")
    waiting.join()

    assert order == ["wrote before", "waited"] * 20


def test_a_thread_that_waits_too_long_to_write_is_told_so(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'h.db'}", busy_seconds=0)
    with (
        closing(database),
        database.write(),
        pytest.raises(StoreUnavailableError, match="another part of Handrail writes to it"),
        database.write(),
    ):
        pass


def test_a_writer_that_is_suspended_holds_others_up_for_a_minute_at_most(
    postgres_database: Database,
) -> None:
    ends = text("SHOW idle_in_transaction_session_timeout")
    for durable in (True, False):
        with postgres_database.write(durable=durable) as conn:
            assert conn.scalar(ends) == "1min"
    with postgres_database.read() as conn:
        assert conn.scalar(ends) == "0"


def test_a_check_before_the_commit_refuses_a_transaction(database: Database) -> None:
    def refuse(conn: Connection) -> None:
        if conn.scalar(select(job_runs.c.job)):
            raise StoreUnavailableError("not by this clock")

    database.before_commit = refuse
    with pytest.raises(StoreUnavailableError, match="not by this clock"), database.write() as conn:
        conn.execute(insert(job_runs), RUN)
    with database.read() as conn:
        assert conn.scalar(select(job_runs.c.job)) is None
