"""Each decision has its own number, and ARCHITECTURE.md lists it by its title."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| \[(\d{4})\]\((docs/adr/\S+)\) \| (.+?) \| .+ \|$", re.MULTILINE)
PAGES = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
PARTS = ["Context", "Decision", "Consequences"]


def test_the_numbers_rise_by_one() -> None:
    assert [int(page.name[:4]) for page in PAGES] == list(range(1, len(PAGES) + 1))


def test_architecture_lists_each_decision_by_its_title() -> None:
    titled = [(page, page.read_text("utf-8").partition("\n")[0]) for page in PAGES]
    expected = [(title, page.relative_to(ROOT).as_posix()) for page, title in titled]
    rows = ROW.findall((ROOT / "ARCHITECTURE.md").read_text("utf-8"))
    assert [(f"# {number}. {title}", path) for number, path, title in rows] == expected


def test_each_decision_has_a_status_and_the_parts_of_the_template() -> None:
    for page in [*PAGES, ROOT / "docs" / "adr" / "template.md"]:
        text = page.read_text("utf-8")
        assert re.search(r"^Status: ", text, re.MULTILINE), page.name
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS, page.name
