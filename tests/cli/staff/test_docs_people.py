"""The pages about people beside the staff: what they tell people to type prints what they say.

One sample serves all of them, because to read it takes longer than to follow a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from engine.cli import run_command_line
from engine.messaging.drill_texts import drill
from engine.messaging.supporter_words import TEXTS
from engine.model.spoken_words import call_words
from tests.kit.followed_page import ROOT, SAMPLE_AT, follow, make_sample_site

DOCS = ROOT / "docs"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder as `make run` leaves it, with its sample read."""
    monkeypatch.delenv("HANDRAIL_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.chdir(tmp_path)
    make_sample_site(tmp_path, "rules", "plans", "matching.yaml", "letters")
    yield tmp_path
    structlog.reset_defaults()


def test_the_pages_can_be_followed_from_their_first_lines_to_their_last(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    follow(DOCS / "matching.md", site, capsys)
    follow(DOCS / "letters.md", site, capsys)
    follow(DOCS / "supporters.md", site, capsys)
    # The urgent alerts of the sample wait for a person now.
    with pytest.raises(SystemExit):
        run_command_line(["run", "--once", "--at", SAMPLE_AT.isoformat()])
    follow(DOCS / "waking.md", site, capsys)


def test_the_page_about_waking_has_the_words_that_are_sent_and_said() -> None:
    page = (DOCS / "waking.md").read_text("utf-8")
    assert drill(17) in page
    assert call_words(drill=False) in page


def test_the_page_about_supporters_has_every_text_to_them() -> None:
    page = (DOCS / "supporters.md").read_text("utf-8").splitlines()
    assert [text for of in TEXTS.values() for text in of.values() if text not in page] == []
