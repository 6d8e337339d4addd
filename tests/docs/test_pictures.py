"""The page about the console shows what it speaks of."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
SHOWN = {"caseload", "client", "alert", "rule", "draft", "release", "preview", "on-call", "today"}
MOST = 80_000  # bytes


def test_the_page_shows_each_sight_of_the_console_by_a_small_picture() -> None:
    named = re.findall(
        r"!\[[^]]+\]\(pictures/console/(\S+)\.png\)", (DOCS / "console.md").read_text()
    )
    files = {path.stem: path.stat().st_size for path in (DOCS / "pictures/console").iterdir()}

    assert set(named) >= SHOWN
    assert set(files) == set(named)
    assert max(files.values()) < MOST
