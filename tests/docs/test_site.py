"""The documentation site is built whole, and asks no other machine for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ELSEWHERE = re.compile(r"""<(?!a\b)\w+[^>]*?\b(?:src|href)=["']?((?:https?:)?//[^"'>\s]+)""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(build, cwd=ROOT, env=quiet, stderr=subprocess.PIPE, check=False)
    assert built.returncode == 0, built.stderr.decode()
    return folder


def test_every_guide_and_the_pages_beside_the_readme_are_in_it(site: Path) -> None:
    pages = [*ROOT.glob("docs/*.md"), *ROOT.glob("docs/adr/*.md"), *ROOT.glob("*.md")]
    sources = [path.relative_to(ROOT).with_suffix("").as_posix() for path in pages]
    expected = {source.removeprefix("docs/") for source in sources}
    built = {page.parent.relative_to(site).as_posix() for page in site.rglob("index.html")}
    assert {"README", "ARCHITECTURE", "CHANGELOG"} <= expected
    assert expected - {"README"} <= built
    assert "." in built


def test_a_page_fetches_nothing_from_another_origin(site: Path) -> None:
    pages = [page.read_text("utf-8") for page in site.rglob("*.html")]
    assert [address for page in pages for address in ELSEWHERE.findall(page)] == []
