"""docs/letters.md: what it tells people to type is typed here, and prints what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.kit.followed_page import ROOT, follow, make_sample_site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder as `make run` leaves it, with its sample read."""
    monkeypatch.delenv("HANDRAIL_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.chdir(tmp_path)
    make_sample_site(tmp_path, "letters")
    yield tmp_path
    structlog.reset_defaults()


def test_the_page_can_be_followed_from_its_first_line_to_its_last(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    follow(ROOT / "docs" / "letters.md", site, capsys)
