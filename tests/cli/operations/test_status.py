"""`handrail status` shows the daemon's last successes, its queues, and the files in force."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.terminal import FOLDER_SITE, Terminal, terminal_in, write_files

RULES = """\
format: 1
rules:
  - id: silence
    title: Nothing heard for three days
    status: live
    severity: high
    when: {time_since: check_in, at_least: 3 days}
  - id: longer-silence
    title: Nothing heard for a week
    status: shadow
    severity: high
    when: {time_since: check_in, at_least: 7 days}
"""
PLAN = """\
format: 1
schedules:
  - {id: daily, title: Daily check-in, status: live, expects: check_in, every: day, by: 20:00}
"""
FILES = {
    "rules/silence.yaml": RULES,
    "plans/daily.yaml": PLAN,
    "inbox/staff.csv": "staff,role,phone\nS-1,case_manager,+12025550101\n",
    "inbox/clients.csv": "client,enrolled\nC-1,2026-03-01\n",
    "inbox/links.csv": "client,staff,role\nC-1,S-1,case_manager\n",
}


@pytest.fixture
def handrail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    write_files(tmp_path, FILES)
    with terminal_in(tmp_path, FOLDER_SITE, capsys) as terminal:
        yield terminal


def test_before_the_first_run_there_is_no_database(handrail: Terminal) -> None:
    assert "handrail run" in handrail("status", code=2)


def test_after_a_run_it_shows_each_part_and_names_no_client(handrail: Terminal) -> None:
    handrail("run", "--once")
    shown = handrail("status", "--format", "json")
    assert "C-1" not in shown
    lines = {(one["part"], one["name"]): one for one in json.loads(shown)}
    for flow in ("ingest", "evaluate", "deliver", "audit"):
        assert lines["flow", flow]["at"]
    assert lines["source", "inbox"]["at"]
    assert lines["waits", "texts to send"]["number"] == 0
    assert lines["waits", "clients to evaluate"]["number"] == 0
    assert lines["next hour", "expectations"]["number"] in {0, 1}
    assert lines["alerts", "open"]["number"] == 2
    assert lines["serves", "rule set 1"]["number"] == 2
    assert lines["serves", "rules, live"]["number"] == 1
    assert lines["serves", "rules, shadow"]["number"] == 1
    assert lines["serves", "schedules, live"]["number"] == 1


def test_a_source_that_failed_says_why(handrail: Terminal, tmp_path: Path) -> None:
    handrail("run", "--once")
    (tmp_path / "inbox").rename(tmp_path / "elsewhere")
    handrail("run", "--once", code=3)
    lines = {
        (one["part"], one["name"]): one
        for one in json.loads(handrail("status", "--format", "json"))
    }
    assert "inbox cannot be read" in lines["flow", "ingest"]["said"]
