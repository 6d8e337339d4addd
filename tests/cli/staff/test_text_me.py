"""`handrail text-me` tries whether a phone gets texts, at any hour."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from engine.messaging import operator_texts
from engine.store.database.connection import Database
from engine.store.tables.messages import outbox
from engine.store.tables.people import staff
from tests.kit.phones import CASE_MANAGER, Phones
from tests.kit.terminal import Terminal


@pytest.fixture
def phones(sqlite_database: Database) -> Phones:
    return Phones.of(sqlite_database, 1)


@pytest.fixture
def said(phones: Phones, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """What a command prints."""
    return Terminal(tmp_path, f"database: {phones.site.database.url}\ntimezone: UTC\n", capsys)


def test_a_phone_of_the_staff_gets_a_text_whatever_the_hour(phones: Phones, said: Terminal) -> None:
    phones.go_on()
    assert "A text to S-1 waits to be sent" in said("text-me", CASE_MANAGER)
    quiet = {"quiet_from": "00:00", "quiet_to": "23:59"}
    with phones.site.database.write() as conn:
        conn.execute(update(staff).values(quiet))
        conn.execute(update(outbox).where(outbox.c.kind == "trial").values(due_at=phones.now))
    assert phones.go_on() == [(CASE_MANAGER, operator_texts.trial("S-1"))]


def test_a_phone_of_nobody_is_a_mistake(said: Terminal) -> None:
    assert said("text-me", "+15550177777", code=2) == (
        "No member of staff and no mentor has the number +15550177777."
    )


@pytest.mark.parametrize(("became", "code"), [("delivered", 0), ("undelivered", 1)])
def test_it_waits_for_the_receipt(
    phones: Phones, said: Terminal, monkeypatch: pytest.MonkeyPatch, became: str, code: int
) -> None:
    def report(_: float) -> None:
        with phones.site.database.write() as conn:
            conn.execute(update(outbox).where(outbox.c.kind == "trial").values(state=became))

    monkeypatch.setattr("engine.cli.staff.text_me.time.sleep", report)
    assert f"The text is {became}." in said("text-me", CASE_MANAGER, "--wait", "5", code=code)
