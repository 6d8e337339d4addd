"""The documentation site holds every page, has no dead link, and asks no other machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKE_DOCS = re.compile(r"^\t.*\$\(BIN\)/(mkdocs build.*)$", re.MULTILINE)
ELSEWHERE = re.compile(r"""<(?!a\b)\w+[^>]*?\b(?:src|href)=["']?((?:https?:)?//[^"'>\s]+)""")


def build(root: Path) -> subprocess.CompletedProcess[str]:
    """Build the site of a repository as `make docs` does."""
    (command,) = MAKE_DOCS.findall((ROOT / "Makefile").read_text("utf-8"))
    words = [sys.executable, "-m", *command.split()]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(words, cwd=root, env=quiet, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository, with the site in var/site."""
    root = tmp_path_factory.mktemp("site") / "repository"
    skipped = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "var", "inbox")
    return shutil.copytree(ROOT, root, ignore=skipped)


def test_every_page_is_in_it_and_fetches_nothing_from_another_origin(repository: Path) -> None:
    built = build(repository)
    assert built.returncode == 0, built.stderr
    site = repository / "var" / "site"
    sources = [*repository.glob("docs/**/*.md"), *repository.glob("*.md")]
    names = [source.relative_to(repository).with_suffix("").as_posix() for source in sources]
    expected = {name.removeprefix("docs/") for name in names} - {"README"} | {"."}
    pages = list(site.rglob("index.html"))
    assert expected <= {page.parent.relative_to(site).as_posix() for page in pages}
    texts = [page.read_text("utf-8") for page in pages]
    assert [address for text in texts for address in ELSEWHERE.findall(text)] == []


@pytest.mark.parametrize("link", ["docs/gone.md", "docs/rules.md#gone"])
def test_a_dead_link_fails(repository: Path, link: str) -> None:
    readme = repository / "README.md"
    before = readme.read_text("utf-8")
    readme.write_text(f"{before}\n[Gone]({link})\n")
    built = build(repository)
    readme.write_text(before)
    assert built.returncode != 0
    assert "gone" in built.stderr
