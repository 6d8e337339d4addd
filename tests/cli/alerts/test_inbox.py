"""`handrail inbox` shows every text that came in, and `handrail why` those of one alert."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import update

from engine.store.database.connection import Database
from engine.store.tables.people import clients
from tests.kit.phones import CASE_MANAGER, CLIENT, Phones
from tests.kit.terminal import Terminal


@pytest.fixture
def phones(sqlite_database: Database) -> Phones:
    phones = Phones.of(sqlite_database, 1, 2)
    with phones.site.database.write() as conn:
        conn.execute(update(clients).where(clients.c.id == 1).values(phone=CLIENT))
    phones.go_on()
    phones.text(CASE_MANAGER, "1 d")
    for text in ("hello", "I want to die"):
        phones.text(CLIENT, text)
    phones.text("+15550177777", "who is this")
    phones.go_on()
    phones.text(CASE_MANAGER, "3 a")
    return phones


@pytest.fixture
def said(phones: Phones, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """What a command prints."""
    return Terminal(tmp_path, f"database: {phones.site.database.url}\ntimezone: UTC\n", capsys)


def test_the_inbox_lists_every_text_with_its_sender_and_its_alerts(said: Terminal) -> None:
    found = json.loads(said("inbox", "--format", "json"))
    told = [(row["client"], row["staff"], row["text"], row["alerts"]) for row in found]
    assert told == [
        (None, "S-1", "1 d", "1"),
        ("C-1", None, "hello", "3"),
        ("C-1", None, "I want to die", "3"),
        (None, None, "who is this", ""),
        (None, "S-1", "3 a", "3"),
    ]
    assert [row["understood"] for row in found] == ["done", "text", "crisis", "unknown", "accept"]


def test_the_inbox_of_a_client_holds_their_texts_and_those_about_them(said: Terminal) -> None:
    found = json.loads(said("inbox", "--client", "C-1", "--format", "json"))
    assert [row["text"] for row in found] == ["1 d", "hello", "I want to die", "3 a"]
    assert json.loads(said("inbox", "--client", "C-2", "--format", "json")) == []
    assert said("inbox", "--client", "C-9", code=2) == "There is no client C-9."


def test_the_table_says_it_in_short(said: Terminal) -> None:
    table = said("inbox")
    assert table.splitlines()[0].split() == ["RECEIVED", "FROM", "TEXT", "UNDERSTOOD", "ALERTS"]
    assert "unknown" in table


def test_why_shows_every_text_the_words_that_raised_it_and_what_to_do(said: Terminal) -> None:
    told = said("why", "3")
    for words in ("C-1: hello", "C-1: I want to die", 'because of "want to die"', "S-1: 3 a"):
        assert words in told
    assert "Call now." in told
    texts = json.loads(said("why", "3", "--format", "json"))["texts"]
    assert [text["words"] for text in texts] == ["", "want to die", ""]


def test_why_finds_an_alert_by_the_number_that_a_text_gave_it(said: Terminal) -> None:
    found = json.loads(said("why", "3", "--phone", CASE_MANAGER, "--format", "json"))
    assert (found["alert"], found["client"]) == (3, "C-1")
    assert "knows no alert by the number 9" in said("why", "9", "--phone", CASE_MANAGER, code=2)
