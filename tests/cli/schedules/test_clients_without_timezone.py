"""A client without a timezone has that of the site, and so do the due times of the schedules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.schedules.test_schedules import CONFIG, FILES
from tests.kit.terminal import Terminal, terminal_in, write_files

CLIENTS = "client,enrolled,zone\nC-1,2026-03-01,\nC-2,2026-03-01,Mars/Base\n"


@pytest.fixture
def handrail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    write_files(tmp_path, {**FILES, "inbox/clients.csv": CLIENTS})
    config = CONFIG.replace("enrolled: enrolled", "enrolled: enrolled, timezone: zone")
    with terminal_in(tmp_path, config, capsys) as terminal:
        yield terminal


def began(handrail: Terminal) -> list[tuple[str, str]]:
    """The client of each alert about a missed check-in, and when it began."""
    told = json.loads(handrail("alerts", "--format", "json"))
    return sorted((one["client"], one["began"]) for one in told)


def test_what_is_due_follows_the_clock_of_the_site(handrail: Terminal) -> None:
    """Whether the timezone is empty or does not exist, 20:00 is that of New York."""
    handrail("run", "--once", "--at", "2026-03-04T12:00")
    handrail("run", "--once", "--at", "2026-03-04T21:59:59")
    assert began(handrail) == []
    handrail("run", "--once", "--at", "2026-03-04T22:00")
    evening = "2026-03-04T22:00:00-05:00"
    assert began(handrail) == [("C-1", evening), ("C-2", evening)]


def test_a_correction_of_the_roster_moves_what_is_open(handrail: Terminal) -> None:
    """Two hours after 20:00 in Los Angeles it is 01:00 in New York."""
    handrail("run", "--once", "--at", "2026-03-04T12:00")
    right = CLIENTS.replace("Mars/Base", "America/Los_Angeles")
    (handrail.config.parent / "inbox" / "clients.csv").write_text(right)
    handrail("run", "--once", "--at", "2026-03-04T13:00")
    handrail("run", "--once", "--at", "2026-03-05T00:59:59")
    assert [client for client, _ in began(handrail)] == ["C-1"]
    handrail("run", "--once", "--at", "2026-03-05T01:00")
    assert [client for client, _ in began(handrail)] == ["C-1", "C-2"]


def test_doctor_points_at_a_timezone_that_does_not_exist(handrail: Terminal) -> None:
    """An empty timezone is no fault, because the site's serves."""
    handrail("run", "--once", "--at", "2026-03-04T12:00")
    assert "1 row could not be read; see handrail rejects." in handrail("doctor", code=1)
    (reject,) = json.loads(handrail("rejects", "--format", "json"))
    assert reject["line"] == 3
    assert "'Mars/Base' is not a time zone" in reject["reason"]
