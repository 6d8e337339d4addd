"""`handrail run --once --at INSTANT` steps every flow once, as if the clock showed that instant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.database.connection import Database
from tests.kit.terminal import FOLDER_SITE, Terminal, terminal_in, write_files

PHONE = "+12025550101"
RULES = """\
format: 1
rules:
  - id: silence
    title: Nothing heard for three days
    status: live
    severity: high
    when: {time_since: check_in, at_least: 3 days}
"""
FILES = {
    "rules/silence.yaml": RULES,
    "inbox/staff.csv": f"staff,role,phone\nS-1,case_manager,{PHONE}\n",
    "inbox/clients.csv": "client,enrolled\nC-1,2026-03-01\n",
    "inbox/links.csv": "client,staff,role\nC-1,S-1,case_manager\n",
}


@pytest.fixture
def handrail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    write_files(tmp_path, FILES)
    with terminal_in(tmp_path, FOLDER_SITE, capsys) as terminal:
        yield terminal


def alerts(handrail: Terminal) -> list[str]:
    return [one["began"] for one in json.loads(handrail("alerts", "--format", "json"))]


def test_nothing_is_due_before_the_instant_and_everything_is_at_it(handrail: Terminal) -> None:
    assert handrail("run", "--once", "--at", "2026-03-03T23:59:59") == ""
    assert alerts(handrail) == []
    printed = handrail("run", "--once", "--at", "2026-03-04T00:00")
    assert printed.startswith(f"SMS to {PHONE}: Handrail: C-1 needs you")
    assert alerts(handrail) == ["2026-03-04T00:00:00-05:00"]


def test_it_needs_once(handrail: Terminal) -> None:
    assert "add --once" in handrail("run", "--at", "2026-03-04", code=2)


def test_what_is_no_instant_is_refused(handrail: Terminal) -> None:
    assert "is not a date" in handrail("run", "--once", "--at", "tomorrow", code=2)


def test_a_real_gateway_is_refused_before_anything_is_written(handrail: Terminal) -> None:
    twilio = 'sms: {gateway: twilio, twilio: {from_number: "+12025550100"}}\n'
    handrail.config.write_text(FOLDER_SITE + twilio)
    assert "would text people" in handrail("run", "--once", "--at", "2026-03-04", code=2)
    assert not (handrail.config.parent / "var").exists()


def test_a_database_of_several_daemons_is_refused(
    handrail: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDRAIL_DATABASE_URL", "postgresql://nowhere/handrail")
    assert "embedded database" in handrail("run", "--once", "--at", "2026-03-04", code=2)


def test_a_database_that_a_daemon_uses_is_refused_until_the_daemon_ends(
    handrail: Terminal,
) -> None:
    handrail("run", "--once", "--at", "2026-03-03")
    daemons = Database.existing(f"sqlite:///{handrail.config.parent / 'var' / 'handrail.db'}")
    daemons.mark_served()

    refused = handrail("run", "--once", "--at", "2026-03-04", code=2)
    daemons.close()

    assert "A daemon uses" in refused
    assert handrail("run", "--once", "--at", "2026-03-04").startswith("SMS to")
