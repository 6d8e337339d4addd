"""A client's care plan is printed, its goals are recorded, and its days become a calendar."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.cli.schedules.test_schedules import CONFIG, FILES
from tests.kit.terminal import Terminal, terminal_in, write_files

TODAY = date.today()  # noqa: DTZ011 - the commands go by the machine's clock
GROUPS = """
  - id: groups
    title: Groups
    status: live
    expects: {kind: attendance, where: {activity: group}}
    every: day
    by: 23:59
"""
CLIENTS = f"""\
client,enrolled,discharged,package,phase
C-1,{TODAY - timedelta(days=40)},{TODAY - timedelta(days=35)},3 months,2
"""


@pytest.fixture
def handrail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    plan = FILES["plans/check_ins.yaml"] + GROUPS
    files = {**FILES, "plans/check_ins.yaml": plan, "inbox/clients.csv": CLIENTS}
    files["inbox/links.csv"] = "client,staff,role\nC-1,S-1,case_manager\n"
    write_files(tmp_path, files)
    config = CONFIG.replace(
        "columns: {ref: client, enrolled: enrolled}",
        "columns: {ref: client, enrolled: enrolled, discharged: discharged, "
        "attributes: {package: package, phase: phase}}",
    )
    with terminal_in(tmp_path, config, capsys) as terminal:
        terminal("run", "--once")
        yield terminal


def plan(handrail: Terminal) -> dict[str, dict[str, str]]:
    lines = json.loads(handrail("clients", "plan", "C-1", "--format", "json"))
    return {one["what"]: one for one in lines}


def test_the_plan_shows_package_phase_milestones_and_goals(handrail: Terminal) -> None:
    due = TODAY + timedelta(days=20)
    said = handrail("clients", "goal", "C-1", "find a flat", "--due", due.isoformat())
    assert said == f"C-1: find a flat is set, due {due}."
    found = plan(handrail)
    assert found["phase 2"]["due"] is None
    assert found["package of 3 months: review"]["outcome"] == "ahead"
    assert found["60 days since discharge"]["why"].startswith("day 3")
    goal = found["goal: find a flat"]
    assert (goal["due"][:10], goal["outcome"]) == (due.isoformat(), "set")
    said = handrail("clients", "goal", "C-1", "find a flat", "--status", "progress")
    assert said == "C-1: find a flat is in progress."
    handrail("clients", "goal", "C-1", "find a flat", "--status", "met")
    assert plan(handrail)["goal: find a flat"]["outcome"] == "met"


def test_the_calendar_of_a_client_reveals_nothing(handrail: Terminal) -> None:
    made = handrail("clients", "calendar", "C-1", "--days", "3")
    lines = made.splitlines()
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert {line for line in lines if line.startswith("SUMMARY")} == {
        "SUMMARY:Appointment", "SUMMARY:Reminder",
    }  # fmt: skip
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") >= 6
    assert "C-1" not in made
    assert "check-in" not in made


def test_the_calendar_for_staff_names_the_ref(handrail: Terminal) -> None:
    made = handrail("clients", "calendar", "C-1", "--for", "staff", "--days", "3")
    assert "SUMMARY:C-1: Appointment" in made.splitlines()


def test_a_client_who_is_not_there_has_no_plan(handrail: Terminal) -> None:
    for command in (("plan",), ("calendar",)):
        assert handrail("clients", *command, "C-9", code=2) == "There is no client C-9."
