"""docs/clinicians.md: what it tells people to type is typed here, and prints what it says."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.kit.followed_page import BLOCK, ROOT, commands, follow, make_sample_site, run

PAGE = ROOT / "docs" / "clinicians.md"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder as `make run` leaves it.

    It has the shipped configuration and rules, and a sample that was read.
    """
    monkeypatch.delenv("HANDRAIL_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.chdir(tmp_path)
    make_sample_site(tmp_path, "rules")
    yield tmp_path
    structlog.reset_defaults()


def test_the_page_can_be_followed_from_its_first_line_to_its_last(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    follow(PAGE, site, capsys)


def test_following_the_page_again_nests_no_folder_in_another(site: Path) -> None:
    for session in [
        text for sort, name, text in BLOCK.findall(PAGE.read_text("utf-8")) if not sort and not name
    ]:
        typed = [shlex.split(command) for command, _ in commands(session)]
        for words in [words for words in typed if words[0] != "handrail"] * 2:
            run(words)
    for folder in ("rules", "rules-before", "rules-undone", "mine"):
        assert [entry.name for entry in (site / folder).iterdir() if entry.is_dir()] == []
