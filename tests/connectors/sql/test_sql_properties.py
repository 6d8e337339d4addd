"""However rows come and change between readings, the events are what the table says in the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from connectors import registry
from engine.config import load
from engine.flows.intake import ingest
from engine.model.instant import to_us
from engine.store.database.connection import Database
from tests.connectors.sql.test_sql import QUERIES, TABLES
from tests.kit.csv_site import CsvSite
from tests.kit.databases import SqliteFile

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
# A write of a row: its number, its status, how many minutes late it is committed. None: a reading,
# which is cut off after so many batches.
STEPS = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from("AN"), st.integers(0, 9)) | st.integers(0, 3),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_events_are_what_the_table_says(sqlite_file: SqliteFile, steps: list[object]) -> None:
    with TemporaryDirectory() as folder:
        play(Path(folder), sqlite_file.emptied(), steps)


def play(folder: Path, database: Database, steps: list[object]) -> None:
    clinic = create_engine(f"sqlite:///{folder / 'his.db'}")
    path = folder / "config.yaml"
    path.write_text(
        "timezone: UTC\nsources:\n  - name: his\n    every: 0 seconds\n"
        "    sql: {sqlite: his.db}\n    queries:\n" + QUERIES.replace("\n", "\n      ")
    )
    loaded = load(path)
    site = CsvSite(folder, database, loaded)
    truth: dict[int, str] = {}
    with clinic.begin() as conn:
        for statement in TABLES.split(";"):
            conn.execute(text(statement))
    for minute, step in enumerate([*steps, 99]):
        now = START + timedelta(minutes=minute)
        if isinstance(step, int):
            taken = repeat(False, step)
            source = registry.source("sql").open_source(loaded.sources[0], loaded.kinds)
            ingest.read(
                database, source, "UTC", to_us(now), stopped=lambda taken=taken: next(taken, True)
            )
            continue
        number, truth[number], late = step
        values = {"n": number, "s": truth[number], "c": f"{now - timedelta(minutes=late):%F %T}"}
        with clinic.begin() as conn:
            conn.execute(text("DELETE FROM visits WHERE id = :n"), values)
            conn.execute(
                text("INSERT INTO visits VALUES (:n, 'C-1', '2026-03-02 09:00:00', :s, :c)"), values
            )
    clinic.dispose()
    words = {"A": "attended", "N": "no_show"}
    found = sorted(fields["status"] for _, _, fields in site.events())
    assert found == sorted(words[status] for status in truth.values())
    assert site.rejects() == []
