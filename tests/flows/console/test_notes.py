"""Notes about clients: who may write them, and that they stand on the client's page."""

from __future__ import annotations

import pytest

from engine.access.abilities import Access
from engine.flows.console import client_page, notes
from engine.model.console_pages import ClientPage
from engine.model.note import LONGEST_NOTE
from engine.store.database.connection import Database
from tests.kit.console import ConsoleSite


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    return ConsoleSite(database)


def written(site: ConsoleSite) -> list[tuple[str, str, int | None]]:
    page = client_page.open_page(site.desk, site.who("one"), "C-1", 60)
    assert isinstance(page, ClientPage)
    return [(one.by, one.words, one.alert_id) for one in page.notes]


def test_notes_stand_on_the_clients_page_the_newest_first(site: ConsoleSite) -> None:
    who, alert = site.who("one"), site.alert_of(1)
    assert notes.add(site.desk, who, "C-1", None, "Moved in with a sister.") == ()
    assert notes.add(site.desk, who, "C-1", alert, " Called twice.\nNo answer. ") == ()

    assert written(site) == [
        ("one", "Called twice.\nNo answer.", alert),
        ("one", "Moved in with a sister.", None),
    ]
    assert site.audited("note written") == ["client 1", "client 1"]


@pytest.mark.parametrize("words", ["  ", "x" * (LONGEST_NOTE + 1)])
def test_an_empty_or_endless_note_is_not_kept(site: ConsoleSite, words: str) -> None:
    assert notes.add(site.desk, site.who("one"), "C-1", None, words)

    assert written(site) == []


def test_a_note_about_another_clients_alert_is_not_kept(site: ConsoleSite) -> None:
    assert notes.add(site.desk, site.who("one"), "C-1", site.alert_of(2), "Called.") is None
    assert notes.add(site.desk, site.who("one"), "C-1", 99, "Called.") is None

    assert written(site) == []


@pytest.mark.parametrize("name", ["two", "auditor"])
def test_who_may_not_write_keeps_no_note(site: ConsoleSite, name: str) -> None:
    assert isinstance(notes.add(site.desk, site.who(name), "C-1", None, "Called."), Access)

    assert written(site) == []
