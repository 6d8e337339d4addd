"""Every link and path in the documents of the repository leads somewhere."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
NOT_OURS = {".git", ".venv", ".venv-3.13", "node_modules", "var", "inbox"}
FENCE = re.compile(r"^ *(```|~~~).*?^ *\1 *$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *#* *$", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z]+:")
OUR_PATH = re.compile(r"`((?:engine|connectors|tests|benchmarks|docs)/[\w./-]*)`")
HISTORY = {"CHANGELOG.md", "docs/adr"}  # they name what there was then


def documents() -> Iterator[Path]:
    """Every Markdown file of the repository."""
    for folder, below, names in os.walk(ROOT):
        below[:] = sorted(set(below) - NOT_OURS)
        yield from (Path(folder) / name for name in sorted(names) if name.endswith(".md"))


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings, as code hosts make them."""
    seen: Counter[str] = Counter()
    found = set()
    for title in HEADING.findall(FENCE.sub("", text)):
        words = re.sub(r"\]\([^)]*\)", "", title).lower()
        kept = (c for c in words if c in " -_" or unicodedata.category(c)[0] in "LN")
        anchor = "".join(kept).replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return found


def dead_links(document: Path) -> list[str]:
    """The links of a document that lead nowhere: no such file, or no such heading in it."""
    text = document.read_text("utf-8")
    dead = []
    for link in LINK.findall(CODE.sub("", FENCE.sub("", text))):
        if ELSEWHERE.match(link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = document.parent / path if path else document
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            dead.append(link)
    return dead


@pytest.mark.parametrize("document", [*documents()], ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    assert dead_links(document) == []


@pytest.mark.parametrize("document", [*documents()], ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_a_document_names_is_there(document: Path) -> None:
    name = document.relative_to(ROOT)
    if not HISTORY & {str(name), str(name.parent)}:
        paths = OUR_PATH.findall(FENCE.sub("", document.read_text("utf-8")))
        assert [path for path in paths if not (ROOT / path).exists()] == []


def test_a_missing_file_and_a_missing_heading_are_dead_links(tmp_path: Path) -> None:
    there = "# One `title`, twice\n# One title twice\n```\n# no title\n```\n"
    (tmp_path / "there.md").write_text(there)
    page = tmp_path / "page.md"
    page.write_text(
        "# Here\n[a](there.md) [b](there.md#one-title-twice) [c](there.md#one-title-twice-1)"
        " [d](#here) [e](https://example.org/nowhere) `[f](code.md)`\n"
        "[g](gone.md) [h](there.md#no-title) [`i`](#there)\n"
    )
    assert dead_links(page) == ["gone.md", "there.md#no-title", "#there"]
