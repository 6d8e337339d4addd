"""Replays of the typical rules.

They are compared with one hand-written DuckDB query, and with durable_rules alone.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import select

from benchmarks.caseload import Caseload
from benchmarks.figures import Figure, best
from benchmarks.snapshots import Rules, snapshots
from engine.flows.evaluation.caseload import whole_caseload
from engine.measures.histories import Histories
from engine.model.event import read_fields
from engine.model.instant import DAY_US
from engine.rulebook.core.rulebook import Rulebook
from engine.store.database.connection import Database
from engine.store.intake.archive import Archive, write
from engine.store.tables.intake import events
from engine.store.tables.people import record_entries

QUERY = (Path(__file__).parent / "windows.sql").read_text("utf-8")
TIMES = 5
# durable_rules gets every SAMPLE-th snapshot, because all of them would take it half a minute.
SAMPLE = 16

_TABLES = """
CREATE TABLE clients (client INTEGER, enrolled BIGINT);
CREATE TABLE events (
    client INTEGER, kind VARCHAR, instant BIGINT, day INTEGER,
    result VARCHAR, status VARCHAR, instrument VARCHAR, score DOUBLE, dose_mg DOUBLE
);
"""
# The same tables, as the archive holds them.
_VIEWS = """
CREATE VIEW clients AS
    SELECT client_id AS client, epoch_us("at") AS enrolled
    FROM '{folder}/records/*.parquet' WHERE entry = 'enrolled';
CREATE VIEW events AS
    SELECT client_id AS client, kind, epoch_us(occurred_at) AS instant,
        CAST(epoch_us(occurred_at) // 86400000000 AS INTEGER) AS day,
        fields ->> 'result' AS result, fields ->> 'status' AS status,
        fields ->> 'instrument' AS instrument, CAST(fields ->> 'score' AS DOUBLE) AS score,
        CAST(fields ->> 'dose_mg' AS DOUBLE) AS dose_mg
    FROM '{folder}/events/*.parquet';
"""
_FIELDS = ("result", "status", "instrument", "score", "dose_mg")


def replay(caseload: Caseload) -> Iterator[Figure]:
    """The figures of replaying in memory and from the file."""
    database = caseload.imported()
    rulebook = caseload.rulebook()
    batches = _histories(database)
    count = sum(len(histories.key) for histories in batches)
    over = f"{len(rulebook.rules)} rules over {count:,} events of {caseload.name}"
    duck = _in_duckdb(caseload.room, database)
    yield from _in_memory(over, rulebook, database, duck)
    yield from _from_file(over, rulebook, database, duck)
    yield from _from_archive(over, rulebook, database, caseload.room / "archive")
    yield from _against_durable_rules(rulebook, database, batches)


def _in_memory(over: str, rulebook: Rulebook, database: Database, duck: Path) -> Iterator[Figure]:
    connection = _connect(":memory:")
    connection.execute(f"ATTACH '{duck}' AS stored (READ_ONLY)")
    connection.execute(
        "CREATE TABLE clients AS FROM stored.clients; CREATE TABLE events AS FROM stored.events"
    )
    # Histories cache computed values, so each run has its own.
    fresh = [_histories(database) for _ in range(TIMES)]
    ours, theirs = best(
        TIMES,
        lambda: [rulebook.replay(histories) for histories in fresh.pop()],
        lambda: connection.execute(QUERY).fetchall(),
    )
    yield Figure(f"replay of {over}, in memory", ours, "s")
    yield Figure("the same windows as one DuckDB query on one thread, in memory", theirs, "s")
    yield Figure(
        "replay in memory: times as fast as that query",
        theirs / ours,
        "×",
        2,
        3,
        more_is_better=True,
    )


def _from_file(over: str, rulebook: Rulebook, database: Database, duck: Path) -> Iterator[Figure]:
    ours, theirs = best(
        TIMES, lambda: _replay_stored(rulebook, database), lambda: _query_file(duck)
    )
    yield Figure(f"replay of {over}, from the SQLite file", ours, "s")
    yield Figure("that DuckDB query on a DuckDB file", theirs, "s")
    yield Figure("replay from the file: times as long as that query", ours / theirs, "×", 2, 1)


def _from_archive(
    over: str, rulebook: Rulebook, database: Database, folder: Path
) -> Iterator[Figure]:
    with database.read() as conn:
        write(conn, folder, 0)
    connection = _connect(":memory:")
    connection.execute(_VIEWS.format(folder=folder))
    ours, theirs = best(
        TIMES,
        lambda: _replay_archived(rulebook, database, folder),
        lambda: connection.execute(QUERY).fetchall(),
    )
    yield Figure(f"replay of {over}, from the archive", ours, "s")
    yield Figure("that DuckDB query on the archive's Parquet files", theirs, "s")
    yield Figure("replay from the archive: times as long as that query", ours / theirs, "×", 1)


def _replay_archived(rulebook: Rulebook, database: Database, folder: Path) -> int:
    source = Archive.open(folder)
    with database.read() as conn:
        return sum(len(rulebook.replay(one)) for one in whole_caseload(conn, None, source))


def _against_durable_rules(
    rulebook: Rulebook, database: Database, batches: list[Histories]
) -> Iterator[Figure]:
    facts = snapshots(rulebook, batches, SAMPLE)
    rules = Rules(rulebook)
    fresh = [_histories(database) for _ in range(2)]
    ours, theirs = best(
        2,
        lambda: [rulebook.replay(histories) for histories in fresh.pop()],
        lambda: rules.feed(facts),
    )
    count = sum(len(histories.key) for histories in batches)
    yield Figure(
        f"durable_rules fed a ready-made snapshot an event ({len(facts):,} of them)", theirs, "s"
    )
    ratio = theirs / len(facts) / (ours / count)
    yield Figure(
        "replay in memory: times as fast an event as durable_rules",
        ratio,
        "×",
        50,
        more_is_better=True,
    )


def _replay_stored(rulebook: Rulebook, database: Database) -> int:
    with database.read() as conn:
        return sum(len(rulebook.replay(histories)) for histories in whole_caseload(conn))


def _query_file(path: Path) -> list[tuple[str, int]]:
    with _connect(str(path), read_only=True) as connection:
        return connection.execute(QUERY).fetchall()


def _connect(path: str, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(path, read_only)
    connection.execute("SET threads = 1")
    return connection


def _histories(database: Database) -> list[Histories]:
    with database.read() as conn:
        return list(whole_caseload(conn))


def _in_duckdb(room: Path, database: Database) -> Path:
    """A DuckDB file with the query's fields in typed columns, in the order of time."""
    path, rows = room / "caseload.duckdb", room / "events.csv"
    columns = (events.c.client_id, events.c.kind, events.c.occurred_at, events.c.fields)
    enrolled = select(record_entries.c.client_id, record_entries.c.at).where(
        record_entries.c.entry == "enrolled"
    )
    with database.read() as conn, rows.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            map(_row, conn.execute(select(*columns).order_by(columns[0], columns[2])))
        )
        clients = [tuple(row) for row in conn.execute(enrolled)]
    with _connect(str(path)) as connection:
        connection.execute(_TABLES)
        connection.execute(f"COPY events FROM '{rows}' (HEADER false)")
        connection.executemany("INSERT INTO clients VALUES (?, ?)", clients)
    return path


def _row(event: Sequence[Any]) -> tuple[object, ...]:
    """A row of the table; a day is one of UTC, which is the data's timezone."""
    client, kind, instant, written = event
    fields = read_fields(written)
    return client, kind, instant, instant // DAY_US, *(fields.get(name) for name in _FIELDS)
