"""docs/reports.md: what it tells people to type is typed here, and prints what it says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from engine.model.event_kinds import BUILT_IN
from engine.rulebook.parsing.load import load
from tests.kit.followed_page import BLOCK, ROOT, follow, make_sample_site, printed_by

PAGE = ROOT / "docs" / "reports.md"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder as `make run` leaves it, with its sample read."""
    monkeypatch.delenv("HANDRAIL_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.chdir(tmp_path)
    make_sample_site(tmp_path, "rules")
    yield tmp_path
    structlog.reset_defaults()


def test_the_page_can_be_followed(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follow(PAGE, site, capsys)
    typed = [
        line
        for _, _, text in BLOCK.findall(PAGE.read_text("utf-8"))
        for line in text.splitlines()
        if line.startswith("handrail report")
    ]
    assert len(typed) == 5
    for command in typed:
        assert shlex.split(command)[1] == "report"
        assert printed_by(command, capsys)
    assert (site / "outcomes.html").exists()
    assert (site / "services.html").exists()


def test_every_source_of_the_shipped_figures_is_on_the_page() -> None:
    page = " ".join(PAGE.read_text("utf-8").split())
    book = load(ROOT / "rules" / "outcomes.yaml", BUILT_IN)
    cited = {
        doi
        for figure in book.figures
        if figure.evidence
        for doi in re.findall(r"10\.\d{4,}/\S+", figure.evidence.source)
    }
    assert len(cited) == 5
    assert all(doi in page for doi in cited)
