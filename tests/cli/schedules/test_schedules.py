"""A daily check-in that does not come is an event at the end of its grace, and a text goes out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.model.instant import to_us
from tests.kit.schedule_site import DAILY, RULES
from tests.kit.terminal import FOLDER_SITE, Terminal, terminal_in, write_files

CONFIG = f"""{FOLDER_SITE}\
      - match: check_ins.csv
        events:
          - {{kind: check_in, client: client, at: at, id: id, fields: {{status: status}}}}
"""
FILES = {
    "rules/check_ins.yaml": RULES,
    "plans/check_ins.yaml": f"format: 1\nschedules:{DAILY}",
    "inbox/staff.csv": "staff,role,phone\nS-1,case_manager,+12025550101\n",
    "inbox/clients.csv": "client,enrolled\nC-1,2026-03-01\nC-2,2026-03-01\n",
    "inbox/links.csv": "client,staff,role\nC-1,S-1,case_manager\nC-2,S-1,case_manager\n",
}


@pytest.fixture
def handrail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    write_files(tmp_path, FILES)
    with terminal_in(tmp_path, CONFIG, capsys) as terminal:
        yield terminal


def test_a_missed_check_in_becomes_an_event_an_alert_and_a_text(handrail: Terminal) -> None:
    inbox = handrail.config.parent / "inbox"
    assert handrail("run", "--once", "--at", "2026-03-04T12:00") == ""
    (inbox / "check_ins.csv").write_text("id,client,at,status\n1,C-2,2026-03-04T18:30,completed\n")
    assert handrail("run", "--once", "--at", "2026-03-04T21:59:59") == ""
    printed = handrail("run", "--once", "--at", "2026-03-04T22:00")
    assert printed.startswith(
        "SMS to +12025550101: Handrail: C-1 needs you (missed check-ins). Reply 1 A"
    )
    (alert,) = json.loads(handrail("alerts", "--format", "json"))
    assert (alert["client"], alert["began"]) == ("C-1", "2026-03-04T22:00:00-05:00")


def test_schedules_are_listed_and_explained(handrail: Terminal) -> None:
    (one,) = json.loads(handrail("schedules", "--format", "json"))
    assert (one["schedule"], one["when"]) == ("daily-check-in", "every day by 20:00")
    assert "A check-in is due every day by 20:00" in handrail(
        "schedules", "explain", "daily-check-in"
    )
    said = handrail("schedules", "explain", "daily-chek-in", code=2)
    assert said == "There is no schedule 'daily-chek-in'; did you mean 'daily-check-in'?"


def test_check_reads_the_schedules_too(handrail: Terminal) -> None:
    file = handrail.config.parent / "plans" / "check_ins.yaml"
    assert handrail("check").startswith("1 rule, 1 schedule and 0 cases checked")
    assert (
        handrail("check", str(file)) == "1 schedule and 0 cases checked: no mistakes, no warnings"
    )
    file.write_text(file.read_text().replace("grace: 2 hours", "grace: 2 hors"))
    (handrail.config.parent / "rules" / "check_ins.yaml").write_text(
        RULES.replace("medium", "medum")
    )
    said = handrail("check", code=2)
    assert "'2 hors' is not a duration" in said
    assert "'medum' is not a severity; did you mean 'medium'?" in said


def map_due_time(handrail: Terminal, schedule: str) -> None:
    """Let the column `by` of the clients' roster say by when a schedule is due."""
    text = handrail.config.read_text()
    columns = "enrolled: enrolled"
    assert columns in text
    handrail.config.write_text(text.replace(columns, f"{columns}, schedules: {{{schedule}: by}}"))


def test_check_names_a_schedule_of_the_roster_that_no_plan_has(handrail: Terminal) -> None:
    """The mistake has the line and column of the schedule's name."""
    map_due_time(handrail, "daily-chek-in")
    said = handrail("check", code=2)
    assert "config.yaml:8:102: there is no schedule 'daily-chek-in'; did you mean 'daily" in said


def test_a_column_of_the_roster_moves_the_due_time_of_a_client(handrail: Terminal) -> None:
    """The hour of C-1 comes two hours later than the schedule says, and that of C-2 does not."""
    map_due_time(handrail, "daily-check-in")
    (handrail.config.parent / "inbox" / "clients.csv").write_text(
        "client,enrolled,by\nC-1,2026-03-01,22:00\nC-2,2026-03-01,\n"
    )
    assert "no mistakes" in handrail("check")
    assert handrail("run", "--once", "--at", "2026-03-04T12:00") == ""
    assert "C-2 needs you" in handrail("run", "--once", "--at", "2026-03-04T22:00")
    assert "C-1 needs you" in handrail("run", "--once", "--at", "2026-03-05T00:00")


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock shows noon of the day on which the tests step the flows."""
    noon = to_us(datetime(2026, 3, 4, 17, tzinfo=UTC))
    for module in ("engine.cli.instants", "engine.cli.schedules.clients"):
        monkeypatch.setattr(f"{module}.now", lambda: noon)


@pytest.mark.usefixtures("at_noon")
def test_a_schedule_is_changed_for_one_client_with_a_reason_and_a_name(handrail: Terminal) -> None:
    handrail("run", "--once", "--at", "2026-03-04T12:00")
    why = ("--reason", "court day", "--as", "Ana")
    said = handrail("schedules", "excuse", "C-1", "daily-check-in", "2026-03-04", *why)
    assert said == (
        "daily-check-in is changed for C-1. handrail clients plan C-1 shows the days that come."
    )
    days = ("--from", "2026-03-05", "--until", "2026-03-06")
    handrail("schedules", "set", "C-1", "daily-check-in", "--by", "18:00", *days, *why)
    handrail("schedules", "off", "C-2", "daily-check-in", "--from", "2026-03-04", *why)
    handrail("schedules", "extra", "C-2", "daily-check-in", "2026-03-09", *why)
    handrail("run", "--once", "--at", "2026-03-04T22:00")
    assert handrail("alerts") == "nothing to list"


@pytest.mark.usefixtures("at_noon")
def test_a_change_of_a_draft_says_that_nothing_comes_of_it_yet(handrail: Terminal) -> None:
    handrail("run", "--once", "--at", "2026-03-04T12:00")
    file = handrail.config.parent / "plans" / "check_ins.yaml"
    file.write_text(file.read_text().replace("status: live", "status: draft"))
    days = ("--from", "2026-03-05", "--reason", "x", "--as", "Ana")
    said = handrail("schedules", "off", "C-1", "daily-check-in", *days)
    assert said == "daily-check-in is changed for C-1. It is a draft: it does nothing yet."


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("excuse", "C-1", "daily-check-in", "2026-03-03"), "2026-03-03 is over for C-1"),
        (("excuse", "C-9", "daily-check-in", "2026-03-04"), "There is no client C-9."),
        (("excuse", "C-1", "daily", "2026-03-04"), "There is no schedule 'daily'"),
        (("excuse", "C-1", "daily-check-in", "soon"), "'soon' is not a date; write one such as"),
        (
            ("off", "C-1", "daily-check-in", "--from", "2026-03-04", "--until", "2026-03-03"),
            "The last day 2026-03-03 comes before",
        ),
        (
            ("extra", "C-1", "daily-check-in", "2026-03-09", "--by", "09:30+02:00"),
            "'09:30+02:00' is not a time of day; write it as 21:00",
        ),
    ],
)
def test_a_change_that_cannot_be_made_is_refused(
    handrail: Terminal, arguments: tuple[str, ...], says: str
) -> None:
    handrail("run", "--once", "--at", "2026-03-04T12:00")
    said = handrail("schedules", *arguments, "--reason", "x", "--as", "Ana", code=2)
    assert said.startswith(says)


def test_an_agreement_is_recorded_and_taken_back(handrail: Terminal) -> None:
    clients = handrail.config.parent / "inbox" / "clients.csv"
    handrail.config.write_text(
        CONFIG.replace("enrolled: enrolled}", "enrolled: enrolled, phone: phone}")
    )
    clients.write_text("client,enrolled,phone\nC-1,2026-03-01,+12025550170\nC-2,2026-03-01,\n")
    handrail("run", "--once", "--at", "2026-03-04T12:00")
    agree = ("clients", "agree", "C-1", "--how", "signed form", "--wording", "1")
    assert handrail(*agree, "--language", "spanish") == "C-1 agreed to get texts in Spanish."
    assert handrail("clients", "withdraw", "C-1") == "C-1 gets no texts any more."
    assert handrail("clients", "withdraw", "C-1", code=2) == "C-1 has not agreed to get texts."
    refused = handrail("clients", "agree", "C-2", "--how", "x", "--wording", "1", code=2)
    assert refused.startswith("C-2 has no number")
    too_long = ("clients", "agree", "C-1", "--how", "x", "--wording", "1" * 41)
    assert handrail(*too_long, code=2).startswith("--how has at most 200 characters")


@pytest.mark.usefixtures("at_noon")
def test_the_plan_of_a_client_shows_the_coming_week_with_its_changes_at_once(
    handrail: Terminal,
) -> None:
    handrail("run", "--once", "--at", "2026-03-04T12:00")
    why = ("--reason", "night shifts", "--as", "Ana")
    days = ("--from", "2026-03-05", "--until", "2026-03-05")
    handrail("schedules", "set", "C-1", "daily-check-in", "--by", "22:00", *days, *why)
    handrail("schedules", "excuse", "C-1", "daily-check-in", "2026-03-06", *why)
    handrail("schedules", "off", "C-1", "daily-check-in", "--from", "2026-03-08", *why)
    plan = json.loads(handrail("clients", "plan", "C-1", "--format", "json"))
    assert {one["what"] for one in plan} == {"daily-check-in"}
    assert [(one["due"][:16], one["outcome"], one["why"]) for one in plan] == [
        ("2026-03-04T20:00", "ahead", ""),
        ("2026-03-05T22:00", "ahead", "night shifts (Ana)"),
        ("2026-03-06T20:00", "excused", "night shifts (Ana)"),
        ("2026-03-07T20:00", "ahead", ""),
    ]
    assert handrail("clients", "plan", "C-9", code=2) == "There is no client C-9."


@pytest.mark.usefixtures("at_noon")
def test_a_change_for_a_client_whom_the_schedule_is_not_for_says_so(handrail: Terminal) -> None:
    handrail("run", "--once", "--at", "2026-03-04T12:00")
    file = handrail.config.parent / "plans" / "check_ins.yaml"
    file.write_text(
        file.read_text().replace("status: live", "status: live\n    for: {program: iop}")
    )
    handrail.config.write_text(
        CONFIG.replace("enrolled: enrolled}", "enrolled: enrolled, attributes: {program: program}}")
    )
    why = ("--from", "2026-03-05", "--reason", "x", "--as", "Ana")
    assert handrail("schedules", "off", "C-1", "daily-check-in", *why) == (
        "daily-check-in is changed for C-1. It is for clients whose program is iop, and C-1 is "
        "none of them now."
    )
