"""Importing the CSV folder: against a bare executemany of the same rows into the same table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import func, insert, select

from benchmarks.caseload import Caseload
from benchmarks.figures import Figure, best
from engine.flows.intake import ingest
from engine.model.instant import to_us
from engine.store.database.connection import Database
from engine.store.tables.intake import events
from engine.store.tables.people import clients

TIMES = 3


def importing(caseload: Caseload) -> Iterator[Figure]:
    """The figures of `handrail import`, which does not evaluate."""
    with caseload.imported().read() as conn:
        people = [dict(row) for row in conn.execute(select(clients)).mappings()]
        rows = [dict(row) for row in conn.execute(select(events).order_by(events.c.id)).mappings()]
    # Each run fills a database of its own, whose tables are there before.
    ours = [caseload.empty(f"import-{n}.db") for n in range(TIMES)]
    theirs = [caseload.empty(f"bare-{n}.db") for n in range(TIMES)]
    for database in theirs:
        with database.write() as conn:
            conn.execute(insert(clients), people)
    imported, bare = best(
        TIMES, lambda: _import(caseload, ours.pop(), len(rows)), lambda: _insert(theirs.pop(), rows)
    )
    yield Figure(
        f"import of {len(rows):,} events of {caseload.name}", len(rows) / imported, "events/s"
    )
    yield Figure(
        "bare executemany of the same rows into the same table", len(rows) / bare, "events/s"
    )
    share = bare / imported
    yield Figure(
        "import: share of the rate of that executemany",
        share,
        "",
        0.6,
        0.7,
        more_is_better=True,
    )


def _import(caseload: Caseload, database: Database, expected: int) -> None:
    ingest.run(database, caseload.sources(), caseload.settings.timezone, to_us(datetime.now(UTC)))
    with database.read() as conn:
        stored = conn.scalar(select(func.count()).select_from(events))
    database.close()
    assert stored == expected, f"{stored} of {expected} events were imported"


def _insert(database: Database, rows: list[dict[str, object]]) -> None:
    with database.write() as conn:
        conn.execute(insert(events), rows)
    database.close()
