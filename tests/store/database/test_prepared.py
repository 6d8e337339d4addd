"""Prepared statements give what SQLAlchemy gives, and every one of ours can be prepared."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import time
from enum import StrEnum
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    MetaData,
    String,
    Table,
    Time,
    bindparam,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.exc import IntegrityError, StatementError

import engine.store
from engine.store.database.connection import Database
from engine.store.database.prepared import (
    LONGEST_LIST,
    PREPARED,
    DirectConnection,
    DirectResult,
    prepare,
    prepared,
)
from engine.store.tables.columns import Id, WordSet, enum_text


class Mood(StrEnum):
    """A word that is stored as text."""

    GOOD = "good"
    BAD = "bad"


days = Table(
    "days", MetaData(),
    Column("id", Id, primary_key=True),
    Column("mood", enum_text(Mood, 8)),
    Column("words", WordSet),
    Column("over", Boolean),
    Column("since", Time),
    Column("note", String),
)  # fmt: skip
_MOOD = bindparam("moods", expanding=True)
_BETTER = select(days).where(
    days.c.mood.in_(_MOOD) | days.c.note.in_(_MOOD),
    days.c.since > bindparam("since"),
    days.c.id.in_(bindparam("ids", expanding=True)),
)
_COUNTED = select(func.count().label("many"), func.max(days.c.note)).where(days.c.over == True)  # noqa: E712
ADD, BETTER, COUNTED = (
    prepared(insert(days)), prepared(_BETTER.order_by(days.c.id)), prepared(_COUNTED.limit(1))
)  # fmt: skip
MOVE = prepared(update(days).where(days.c.id == bindparam("day")).values(note=bindparam("new")))
TAKE = prepared(insert(days).returning(days.c.id, days.c.mood))

rows = st.lists(
    st.fixed_dictionaries(
        {
            "mood": st.none() | st.sampled_from(Mood),
            "words": st.none() | st.frozensets(st.sampled_from(["a", "b", "c"])),
            "over": st.none() | st.booleans(),
            "since": st.none() | st.times(),
            "note": st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
        }
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def kept() -> Iterator[Database]:
    """A database in memory with the table of this page."""
    database = Database.in_memory()
    with database.write() as conn:
        days.create(conn)
    yield database
    database.close()


@pytest.fixture
def conn(kept: Database) -> Iterator[Connection]:
    """A transaction on the empty table."""
    with kept.write() as conn:
        conn.execute(days.delete())
        yield conn


def both_ways(conn: Connection, statement: Any, values: Any) -> tuple[list[Any], list[Any]]:
    """The rows of a prepared statement, and those of SQLAlchemy."""
    direct = conn.execute(statement, values)
    assert isinstance(direct, DirectResult)
    theirs = Connection.execute(conn, statement, values)
    assert list(direct.keys()) == list(theirs.keys())
    return [row._asdict() for row in direct], [row._asdict() for row in theirs]


@given(rows=rows, moods=st.lists(st.sampled_from(Mood), min_size=1, max_size=3), since=st.times())
def test_a_prepared_statement_gives_what_sqlalchemy_gives(
    kept: Database, rows: list[dict[str, Any]], moods: list[Mood], since: time
) -> None:
    with kept.write() as conn:
        conn.execute(days.delete())
        assert conn.execute(ADD, rows).rowcount == len(rows)
        stored = conn.execute(select(days).order_by(days.c.id)).all()
        assert [row._asdict() | {"id": 0} for row in stored] == [row | {"id": 0} for row in rows]
        ids = [row.id for row in stored]
        ours, theirs = both_ways(conn, BETTER, {"moods": moods, "since": since, "ids": ids})
        assert ours == theirs
        ours, theirs = both_ways(conn, COUNTED, None)
        assert ours == theirs


def test_a_changed_row_is_counted_and_a_returned_one_is_read(conn: Connection) -> None:
    [(day, mood)] = conn.execute(TAKE, {"mood": Mood.BAD})
    assert mood is Mood.BAD
    assert conn.execute(MOVE, {"day": day, "new": "better"}).rowcount == 1
    assert conn.execute(MOVE, {"day": day + 1, "new": "better"}).rowcount == 0
    assert conn.scalar(select(days.c.note)) == "better"


@pytest.mark.parametrize("length", [0, LONGEST_LIST + 1])
def test_an_empty_or_long_list_is_left_to_sqlalchemy(conn: Connection, length: int) -> None:
    conn.execute(ADD, [{"id": number, "mood": Mood.GOOD, "since": time(8)} for number in (1, 2)])
    asked = {"moods": [Mood.GOOD], "since": time(7), "ids": list(range(length))}
    found = conn.execute(BETTER, asked)
    assert not isinstance(found, DirectResult)
    assert len(found.all()) == (2 if length else 0)


def test_many_rows_that_return_something_are_left_to_sqlalchemy(conn: Connection) -> None:
    assert len(conn.execute(TAKE, [{"note": "a"}, {"note": "b"}]).all()) == 2


def test_a_refused_row_and_a_missing_value_fail_as_with_sqlalchemy(conn: Connection) -> None:
    conn.execute(ADD, {"id": 1})
    with pytest.raises(IntegrityError) as refused:
        conn.execute(ADD, {"id": 1, "note": "not to be logged"})
    assert "not to be logged" not in str(refused.value)
    with pytest.raises(StatementError, match="new"):
        conn.execute(MOVE, {"day": 1})


def test_a_listener_sees_prepared_statements(conn: Connection) -> None:
    seen: list[str] = []
    event.listen(conn, "before_cursor_execute", lambda *told: seen.append(told[2]))
    conn.execute(COUNTED).all()
    assert len(seen) == 1


def test_the_connections_of_sqlite_are_direct(sqlite_database: Database) -> None:
    with sqlite_database.read() as reading, sqlite_database.write() as writing:
        assert {type(reading), type(writing)} == {DirectConnection}


def test_every_prepared_statement_of_the_store_can_be_prepared() -> None:
    for module in walk_packages(engine.store.__path__, "engine.store."):
        if ".migrations" not in module.name:
            import_module(module.name)
    for statement in [*PREPARED]:
        names: Collection[str] = statement.compile(dialect=dialect()).binds  # type: ignore[attr-defined]
        assert prepare(statement, names, dialect(paramstyle="qmark")), statement
