"""A built wheel holds every file that the packages need, not only their modules."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("engine", "connectors")


def data_files() -> Iterator[Path]:
    """Every file of the packages that is neither a module nor a page about the code."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            if path.is_file() and path.suffix not in {".py", ".pyc", ".md"}:
                yield path


def is_packaged(path: Path, patterns: dict[str, list[str]]) -> bool:
    """Whether a pattern of one of the folders above a file takes it into the wheel."""
    for folder in path.relative_to(ROOT).parents[:-1]:
        wanted = [*patterns.get("*", []), *patterns.get(".".join(folder.parts), [])]
        if any(path in (ROOT / folder).glob(pattern) for pattern in wanted):
            return True
    return False


def test_every_data_file_is_named_as_package_data() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]
    assert [str(path) for path in data_files() if not is_packaged(path, patterns)] == []


def test_the_packages_say_that_they_are_typed() -> None:
    assert [package for package in PACKAGES if not (ROOT / package / "py.typed").exists()] == []
