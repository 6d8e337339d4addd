"""docs/sources_sql.md: its example becomes the events that it says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, text

from connectors import registry
from engine.config import load
from engine.flows.intake import ingest
from engine.model.instant import to_us
from engine.store.database.connection import Database
from tests.kit.source_pages import event_lines, read_page


def test_the_example_becomes_what_it_says(tmp_path: Path, sqlite_database: Database) -> None:
    page = read_page("sources_sql.md")
    (tmp_path / "config.yaml").write_text("timezone: America/New_York\n" + page.config)
    clinic = create_engine(f"sqlite:///{tmp_path / 'clinic.db'}")
    with clinic.begin() as conn:
        for statement in page.files["clinic.db"].split(";"):
            conn.execute(text(statement))
    clinic.dispose()
    settings = load(tmp_path / "config.yaml")
    source = registry.source("sql").open_source(settings.sources[0], settings.kinds)
    now = to_us(datetime(2026, 3, 20, tzinfo=UTC))
    ingest.read(sqlite_database, source, settings.timezone, now)
    assert page.events
    assert event_lines(sqlite_database) == page.events
