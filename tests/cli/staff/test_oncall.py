"""The terminal shows, sets and takes back rotations, shifts and absences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.store.database.connection import Database
from engine.store.tables.operations import audit
from tests.kit.caseload import Caseload
from tests.kit.terminal import Terminal

ROTATION = """\
on_call:
  - {name: nights, first_handover: "2026-06-01 08:00", staff: [S-1, S-2, S-7]}
"""
FAR = ("--from", "2090-12-24T08:00", "--until", "2090-12-26T08:00")


@pytest.fixture
def caseload(sqlite_database: Database) -> Caseload:
    caseload = Caseload(sqlite_database)
    caseload.staff(1, "case_manager", timezone="America/Denver")
    caseload.staff(2, "case_manager")
    caseload.staff(3, "on_call")
    caseload.staff(4, "mentor")
    return caseload


@pytest.fixture
def said(caseload: Caseload, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """What a command prints, with the rotation in config.yaml."""
    start = f"database: {caseload.database.url}\ntimezone: America/New_York\n"

    def run(*arguments: str, code: int = 0, on_call: str = ROTATION) -> str:
        return Terminal(tmp_path, start + on_call, capsys)(*arguments, code=code)

    return run


def actions(caseload: Caseload) -> list[tuple[str, str]]:
    with caseload.database.read() as conn:
        return [
            (row.action, row.subject) for row in conn.execute(audit.select().order_by(audit.c.id))
        ]


def test_who_is_on_call_until_when_and_who_is_next(said: Any) -> None:
    now, then = json.loads(said("oncall", "--at", "2026-06-02T12:00", "--format", "json"))
    assert now == {
        "rotation": "nights",
        "staff": "S-1",
        "from": "2026-06-01T08:00:00-04:00",
        "until": "2026-06-08T08:00:00-04:00",
        "note": "",
    }
    assert then["staff"] == "S-2"
    assert "S-7" in said("oncall", "--at", "2026-06-02T12:00", "--weeks", "2")


def test_what_is_wrong_with_a_shift_stands_beside_it(said: Any) -> None:
    rows = json.loads(said("oncall", "--at", "2026-05-28", "--weeks", "3", "--format", "json"))
    assert [(row["staff"], row["note"]) for row in rows] == [
        (None, "nobody: it has not begun"),
        ("S-1", ""),
        ("S-2", ""),
        ("S-7", "not among the staff"),
    ]


def test_nights_and_daily_turns_are_shown_by_their_hours(said: Any) -> None:
    nights = ROTATION.replace("staff:", 'turn: 1 day, from: "18:00", to: "08:00", staff:')
    read = ("oncall", "--at", "2026-06-02T12:00", "--format", "json")
    rows = json.loads(said(*read, on_call=nights))
    assert [(row["staff"], row["from"][5:16], row["until"][5:16]) for row in rows[:3]] == [
        (None, "06-02T08:00", "06-02T18:00"),
        ("S-2", "06-02T18:00", "06-03T08:00"),
        ("S-7", "06-03T18:00", "06-04T08:00"),
    ]
    assert rows[0]["note"] == "nobody: outside its hours"


def test_without_a_rotation_everybody_who_has_the_role_is_shown(said: Any) -> None:
    (row,) = json.loads(said("oncall", "--format", "json", on_call=""))
    assert (row["staff"], row["note"]) == ("S-3", "has the role; config.yaml has no rotation")


def test_an_override_is_said_listed_and_taken_back_and_leaves_its_trace(
    said: Any, caseload: Caseload
) -> None:
    assert said("oncall", "override", "S-3", *FAR) == (
        "Override 1: S-3 is on call in nights from 2090-12-24T08:00:00-05:00 until "
        "2090-12-26T08:00:00-05:00."
    )
    (listed,) = json.loads(said("oncall", "overrides", "--format", "json"))
    assert (listed["override"], listed["staff"]) == (1, "S-3")
    (row, *_) = json.loads(said("oncall", "--at", "2090-12-25", "--format", "json"))
    assert (row["staff"], row["note"]) == ("S-3", "override 1")
    assert json.loads(said("oncall", "remove", "1", "--format", "json"))["removed"] is True
    assert said("oncall", "overrides") == "nothing to list"
    assert actions(caseload) == [
        ("override added", "override 1"),
        ("override removed", "override 1"),
    ]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("override", "S-9", *FAR), "There is nobody active among the staff called S-9."),
        (("override", "S-4", *FAR), "S-4 is a mentor, who is told of nobody but under a consent"),
        (
            ("override", "S-1", "--rotation", "days", *FAR),
            "There is no rotation days; there are nights.",
        ),
        (
            ("override", "S-1", "--from", "2090-01-02", "--until", "2090-01-01"),
            "The end comes before the beginning",
        ),
        (
            ("override", "S-1", "--from", "2020-01-01", "--until", "2020-01-02"),
            "The end is over already.",
        ),
        (("override", "S-1", "--from", "soon", "--until", "2090-01-02"), "'soon' is not a date"),
        (("remove", "5"), "There is no override 5"),
    ],
)
def test_what_cannot_be_is_the_users_mistake(
    said: Any, arguments: tuple[str, ...], complaint: str
) -> None:
    assert said("oncall", *arguments, code=2).startswith(complaint)


def test_an_override_of_no_rotation_or_of_one_of_several_is_the_users_mistake(said: Any) -> None:
    assert "no rotation" in said("oncall", "override", "S-1", *FAR, code=2, on_call="")
    days = ROTATION + ROTATION.splitlines()[1].replace("nights", "days") + "\n"
    assert "several rotations" in said("oncall", "override", "S-1", *FAR, code=2, on_call=days)


def test_an_absence_is_said_listed_and_taken_back_in_their_own_time(
    said: Any, caseload: Caseload
) -> None:
    assert said("absence", "add", "S-1", *FAR, "--stand-in", "S-2") == (
        "Absence 1: S-1 is told nothing from 2090-12-24T08:00:00-07:00 until "
        "2090-12-26T08:00:00-07:00; S-2 stands in."
    )
    assert json.loads(said("absence", "--format", "json")) == [
        {
            "absence": 1,
            "staff": "S-1",
            "from": "2090-12-24T08:00:00-07:00",
            "until": "2090-12-26T08:00:00-07:00",
            "stand_in": "S-2",
        }
    ]
    assert said("absence", "remove", "1") == "Absence 1 is taken back."
    assert said("absence", "remove", "1", code=2).startswith("There is no absence 1")
    assert actions(caseload) == [("absence added", "absence 1"), ("absence removed", "absence 1")]


def test_nobody_stands_in_for_themselves_or_for_a_mentor(said: Any) -> None:
    assert (
        said("absence", "add", "S-1", *FAR, "--stand-in", "S-1", code=2)
        == "S-1 cannot stand in for themselves."
    )
    assert "one mentor" in said("absence", "add", "S-4", *FAR, "--stand-in", "S-1", code=2)
    assert "one mentor" in said("absence", "add", "S-1", *FAR, "--stand-in", "S-4", code=2)
