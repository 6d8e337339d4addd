"""The audit trail shows any later change to it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
from sqlalchemy import delete, insert, select, update

from engine.model.audit_action import AuditAction
from engine.store.database.connection import Database
from engine.store.operations.audit_log import record, verify
from engine.store.tables.operations import audit


def say(database: Database, at: int) -> None:
    with database.write() as conn:
        record(
            conn,
            at=at,
            actor="staff:7",
            action=AuditAction.TAKEN,
            subject=f"alert:{at}",
            detail={"b": 1, "a": "ü"},
        )


def broken(database: Database) -> int | None:
    with database.read() as conn:
        return verify(conn)


def test_an_untouched_trail_is_whole(database: Database) -> None:
    assert broken(database) is None
    for at in range(3):
        say(database, at)
    assert broken(database) is None


@pytest.mark.parametrize(
    "column", ["at", "actor", "action", "subject", "detail", "previous", "hash"]
)
def test_a_changed_column_is_found(sqlite_database: Database, column: str) -> None:
    for at in range(4):
        say(sqlite_database, at)
    with sqlite_database.write() as conn:
        conn.execute(
            update(audit).where(audit.c.id == 2).values({column: 99 if column == "at" else "x"})
        )
    assert broken(sqlite_database) == 2


def test_a_missing_row_is_found_at_the_next(database: Database) -> None:
    for at in range(4):
        say(database, at)
    with database.write() as conn:
        ids = conn.scalars(select(audit.c.id).order_by(audit.c.id)).all()
        conn.execute(delete(audit).where(audit.c.id == ids[1]))
    assert broken(database) == ids[2]


def test_two_rows_that_changed_places_are_found(sqlite_database: Database) -> None:
    for at in range(3):
        say(sqlite_database, at)
    with sqlite_database.write() as conn:
        for old, new in ((2, 9), (1, 2), (9, 1)):
            conn.execute(update(audit).where(audit.c.id == old).values(id=new))
    assert broken(sqlite_database) == 1


def test_many_writers_at_once_make_one_chain(database: Database) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda at: say(database, at), range(24)))
    assert broken(database) is None
    with database.read() as conn:
        assert sorted(conn.scalars(select(audit.c.at))) == list(range(24))


def test_rows_that_an_older_version_wrote_in_other_words_stay_whole(database: Database) -> None:
    """Version 0.1.0 used another word; the hash is over the word that the row holds."""
    detail = '{"a":"ü"}'
    row = [1, "audit", "promise mended", "alert 1 has nobody", detail]
    written = json.dumps(["0" * 64, *row], separators=(",", ":"), ensure_ascii=False)
    names = ["at", "actor", "action", "subject", "detail", "previous", "hash"]
    values = [*row, "0" * 64, sha256(written.encode()).hexdigest()]
    with database.write() as conn:
        conn.execute(insert(audit), dict(zip(names, values, strict=True)))
    say(database, 2)
    assert broken(database) is None
