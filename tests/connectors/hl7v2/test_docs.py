"""docs/sources_hl7v2.md: its example becomes the events that it says."""

from __future__ import annotations

from pathlib import Path

from engine.store.database.connection import Database
from tests.connectors.hl7v2.hl7_site import Hl7Site
from tests.kit.source_pages import event_lines, read_page


def test_the_example_becomes_what_it_says(tmp_path: Path, sqlite_database: Database) -> None:
    page = read_page("sources_hl7v2.md")
    site = Hl7Site(tmp_path, sqlite_database, page.config)
    for name, text in page.files.items():
        site.drop(name, text)
        site.read()
    assert site.rejects() == []
    assert page.events
    assert event_lines(sqlite_database) == page.events


def test_in_one_reading_it_becomes_the_same(tmp_path: Path, sqlite_database: Database) -> None:
    page = read_page("sources_hl7v2.md")
    site = Hl7Site(tmp_path, sqlite_database, page.config)
    for name, text in reversed(page.files.items()):
        site.drop(f"lab/z{9 - int(name[-5])}.hl7", text)
    site.read()
    assert event_lines(sqlite_database) == page.events
