"""`handrail staff` lists people with their numbers' state, and confirms a number."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.store.database.connection import Database
from tests.kit.caseload import Caseload
from tests.kit.terminal import Terminal


@pytest.fixture
def said(sqlite_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """What a command prints, at a site with a case manager, a supervisor and a leaver."""
    caseload = Caseload(sqlite_database)
    caseload.staff(1, "case_manager", call_name="Sam")
    caseload.staff(2, "supervisor", phone=None)
    caseload.staff(3, "mentor", active=False)
    return Terminal(tmp_path, f"database: {sqlite_database.url}\ntimezone: UTC\n", capsys)


def test_staff_are_listed_with_the_state_of_their_numbers(said: Terminal) -> None:
    found = json.loads(said("staff", "--format", "json"))
    assert [(one["staff"], one["call_name"], one["number"]) for one in found] == [
        ("S-1", "Sam", "not asked"),
        ("S-2", None, None),
    ]


def test_a_supervisor_confirms_a_number(said: Terminal) -> None:
    assert said("staff", "confirm", "S-1", "--by", "S-2") == (
        "The number +15550100001 is confirmed to be that of Sam (S-1)."
    )
    assert json.loads(said("staff", "--format", "json"))[0]["number"] == "confirmed"


def test_who_cannot_confirm_is_told_so(said: Terminal) -> None:
    assert said("staff", "confirm", "S-1", "--by", "S-1", code=2) == (
        "S-1 is neither a supervisor nor an admin, who alone can confirm."
    )
