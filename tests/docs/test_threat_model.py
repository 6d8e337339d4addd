"""docs/threat-model.md names for each defence a test that there is."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
TEST = re.compile(r"^(?:    )?(?:async )?def (test_\w+)\(", re.MULTILINE)


def test_each_test_that_the_page_names_is_there() -> None:
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        if "node_modules" not in path.parts
        for name in TEST.findall(path.read_text("utf-8"))
    }
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 40
    assert named - there == set()


def test_each_attack_has_a_test_or_says_that_nothing_stops_it() -> None:
    rows = [line.split(" | ") for line in PAGE.splitlines() if line.startswith("| ")]
    attacks = [row for row in rows if row[0] not in {"| attack", "| what happens"}]
    bare = [row[0] for row in attacks if not re.fullmatch(r"(`test_\w+`(, )?)+ \|", row[2])]
    assert [
        attack for attack in bare if "false events" not in attack and "disk itself" not in attack
    ] == []
