"""What runs before a commit is what `make check` runs."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def test_the_hooks_before_a_commit_are_the_steps_of_make_check() -> None:
    steps = re.search(r"^check: (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert steps is not None
    run = [hook["entry"] for hook in repository["hooks"]]
    assert run == [f"make {step}" for step in steps[1].split()]
