"""A daily check-in that does not come is an event at the end of its grace, and a text goes out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.kit.schedule_site import DAILY, RULES
from tests.kit.terminal import Terminal

CONFIG = """\
timezone: America/New_York
log: {level: error}
sources:
  - name: inbox
    folder: inbox
    files:
      - {match: staff.csv, roster: staff, columns: {ref: staff, role: role, phone: phone}}
      - {match: clients.csv, roster: clients, columns: {ref: client, enrolled: enrolled}}
      - {match: links.csv, roster: assignments, columns: {client: client, staff: staff, role: role}}
      - match: check_ins.csv
        events:
          - {kind: check_in, client: client, at: at, id: id, fields: {status: status}}
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
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    yield Terminal(tmp_path, CONFIG, capsys)
    structlog.reset_defaults()


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
