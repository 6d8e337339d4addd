"""docs/waking.md: what it tells people to type is typed here, and prints what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from engine.cli import run_command_line
from engine.messaging.drill_texts import drill
from engine.messaging.spoken_words import call_words
from tests.kit.followed_page import ROOT, SAMPLE_AT, follow, make_sample_site

PAGE = ROOT / "docs" / "waking.md"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder as `make run` leaves it, with the alerts of its sample."""
    monkeypatch.delenv("HANDRAIL_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.chdir(tmp_path)
    make_sample_site(tmp_path, "rules")
    with pytest.raises(SystemExit):
        run_command_line(["run", "--once", "--at", SAMPLE_AT.isoformat()])
    yield tmp_path
    structlog.reset_defaults()


def test_the_page_can_be_followed_and_a_drill_runs_once_nothing_urgent_waits(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    follow(PAGE, site, capsys)
    assert drill(17) in PAGE.read_text("utf-8")
    assert call_words(drill=False) in PAGE.read_text("utf-8")
