"""The documentation site is built whole, and asks no other machine for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FETCHED = re.compile(r"""<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=["']?((?:https?:)?//[^"'>\s]+)""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


def test_every_guide_and_the_pages_beside_the_readme_are_in_it(site: Path) -> None:
    pages = [*ROOT.glob("docs/*.md"), *ROOT.glob("docs/adr/*.md"), *ROOT.glob("*.md")]
    expected = {path.relative_to(ROOT).with_suffix("").as_posix().removeprefix("docs/") for path in pages}
    built = {page.parent.relative_to(site).as_posix() for page in site.rglob("index.html")}
    assert {"README", "ARCHITECTURE", "CHANGELOG"} <= expected
    assert expected - {"README"} <= built
    assert "." in built


def test_a_page_fetches_nothing_from_another_origin(site: Path) -> None:
    fetched = {page.name: FETCHED.findall(page.read_text("utf-8")) for page in site.rglob("*.html")}
    assert {name: found for name, found in fetched.items() if found} == {}
