"""`handrail mute` and `unmute` say what they do, and `alerts` and `doctor` show it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.store.database.connection import Database
from engine.store.operations import rule_sets
from tests.kit.phones import Phones
from tests.kit.terminal import Terminal

FAR = ("--until", "2090-01-01", "--why", "in hospital")


@pytest.fixture
def phones(sqlite_database: Database) -> Phones:
    return Phones.of(sqlite_database, 1)


@pytest.fixture
def said(phones: Phones, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """What a command prints."""
    with phones.site.database.write() as conn:
        rule_sets.accept(conn, phones.site.rules.hash, phones.site.rules.files, 0)
    return Terminal(tmp_path, f"database: {phones.site.database.url}\ntimezone: UTC\n", capsys)


def soon() -> str:
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415 - the command reads the clock

    return (datetime.now(UTC) + timedelta(days=2)).isoformat(timespec="minutes")


def test_a_mute_is_listed_shown_and_ended(said: Terminal) -> None:
    until = soon()
    assert "C-1 is muted until" in said("mute", "C-1", "--until", until, "--why", "in hospital")
    (listed,) = json.loads(said("mute", "--format", "json"))
    assert (listed["client"], listed["rule"], listed["why"]) == ("C-1", None, "in hospital")
    assert "muted until" in said("alerts")
    assert "because in hospital" in said("why", "1")
    assert said("unmute", "C-1") == "C-1 is no longer muted."
    assert said("mute") == "nothing to list"


def test_a_mute_needs_an_end_and_a_reason(said: Terminal) -> None:
    assert said("mute", "C-1", code=2).startswith("A mute needs its end and a reason")
    assert said("mute", "C-1", *FAR, code=2).startswith("A mute lasts 30 days at most.")
