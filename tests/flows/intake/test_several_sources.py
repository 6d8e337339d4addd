"""Several sources: who is in any roster is known before any event is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors import registry
from engine.config import load
from engine.flows.intake import ingest
from engine.model.instant import to_us
from engine.store.database.connection import Database
from tests.kit.csv_site import CLIENTS, NOW, CsvSite

CONFIG = """
timezone: America/New_York
sources:
  - name: lab
    folder: inbox
    files:
      - match: tests.csv
        events: [{kind: test, client: client, at: at, id: id, fields: {result: result}}]
  - name: records
    folder: inbox
    files:
      - {match: clients.csv, roster: clients, columns: {ref: client, enrolled: enrolled}}
"""


@pytest.fixture
def site(tmp_path: Path, sqlite_database: Database) -> CsvSite:
    (tmp_path / "config.yaml").write_text(CONFIG, "utf-8")
    site = CsvSite(tmp_path, sqlite_database, load(tmp_path / "config.yaml"))
    site.write("tests.csv", "id,client,at,result\n1,C-1,2026-07-01,positive\n")
    return site


def run(site: CsvSite) -> None:
    settings = site.settings
    sources = [
        registry.source(each.type).open_source(each, settings.kinds, finished=True)
        for each in settings.sources
    ]
    ingest.run(site.database, sources, settings.timezone, to_us(site.now))


def test_the_rosters_of_all_sources_are_read_before_all_events(site: CsvSite) -> None:
    site.write("clients.csv", CLIENTS)
    run(site)
    assert (len(site.events()), site.rejects()) == (1, [])


def test_a_corrected_row_frees_the_rows_of_other_sources_that_waited_for_it(site: CsvSite) -> None:
    site.write("clients.csv", CLIENTS.replace("2026-01-05", "soon"))
    run(site)
    assert (len(site.events()), len(site.rejects())) == (0, 2)
    site.now = NOW.replace(hour=13)
    site.write("clients.csv", CLIENTS)
    run(site)
    assert (len(site.events()), site.rejects()) == (1, [])
