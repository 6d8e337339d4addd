"""One name stands for one idea.

Each class has a name of its own, and the glossary lists shared module names.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = sorted(path for room in ("engine", "connectors") for path in (ROOT / room).rglob("*.py"))
# A folder and a module in it may have one name: the module is what the folder is about.
OUTSIDE = {"__init__", "__main__", "versions"}


def shared_module_names() -> set[str]:
    """The names of modules and folders that stand in several rooms."""
    places: dict[str, set[Path]] = defaultdict(set)
    for path in MODULES:
        place = path.parent if path.stem == "__init__" else path
        if place.stem not in OUTSIDE and "versions" not in path.parts:
            places[place.stem].add(place.parent)
    return {name for name, where in places.items() if len(where) > 1}


def glossary_names() -> list[str]:
    """The module names that the glossary of ARCHITECTURE.md explains."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    _, _, table = text.partition("| module name | the one idea |")
    rows = table.partition("\n\n")[0].splitlines()
    return [name for row in rows[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]


def test_no_two_public_classes_share_a_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(ROOT)))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_the_glossary_has_the_one_idea_of_every_shared_module_name() -> None:
    assert sorted(glossary_names()) == sorted(shared_module_names())
