"""`handrail staff` lists people with their numbers' state, and confirms a number."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.store.database.connection import Database
from engine.store.people import opt_outs
from tests.kit.caseload import Caseload
from tests.kit.terminal import Terminal
from tests.kit.times import NOON


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


def test_one_person_is_shown_with_their_clients(said: Terminal, sqlite_database: Database) -> None:
    people = Caseload(sqlite_database)
    for number in (1, 2):
        people.assign(1, "case_manager", people.client(number))
    (sam,) = json.loads(said("staff", "S-1", "--format", "json"))
    assert (sam["staff"], sam["clients"], sam["away"]) == ("S-1", 2, None)
    assert "nobody active" in said("staff", "S-9", code=2)


def test_clients_are_listed_with_who_looks_after_them_and_why_no_text_comes(
    said: Terminal, sqlite_database: Database
) -> None:
    people = Caseload(sqlite_database)
    people.client(1, phone="+12025550177")
    people.assign(1, "case_manager", 1)
    people.staff(4, "mentor", 1)
    people.consent(1, 4)
    people.client(2)
    rows = json.loads(said("clients", "--format", "json"))
    assert [(one["client"], one["state"], one["phone"], one["texts"]) for one in rows] == [
        ("C-1", "enrolled", "…0177", "did not agree"),
        ("C-2", "enrolled", None, "did not agree"),
    ]
    said("clients", "agree", "C-1", "--how", "signed form", "--wording", "v1")
    rows = json.loads(said("clients", "--format", "json"))
    assert [one["texts"] for one in rows] == ["agreed", "did not agree"]
    with sqlite_database.write() as conn:
        opt_outs.add(conn, "+12025550177", NOON)
    (one,) = json.loads(said("clients", "C-1", "--format", "json"))
    assert one["texts"] == "said STOP"
    assert (one["staff"], one["consents"]) == ("case_manager S-1, mentor S-4", "S-4")
    assert said("clients", "C-9", code=2) == "There is no client C-9."
