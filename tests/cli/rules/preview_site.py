"""Rules to preview, and the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.kit.site import written_rule

Say = Callable[..., tuple[str, str]]


MISSED = "{count: check_in, where: {status: missed}, within: 2 days, at_least: 1}"


TWO_MISSED = "{count: check_in, where: {status: missed}, within: 7 days, at_least: 2}"


POSITIVE = "{count: test, where: {result: positive}, within: 7 days, at_least: 1}"


RULES = [
    written_rule("one-missed", MISSED),
    written_rule("two-missed", TWO_MISSED, severity="high"),
    written_rule("positive", POSITIVE, status="shadow"),
]


UNTIL = ("--until", "2026-06-02T12:00+00:00")


def write_rules(folder: Path, *rules: str) -> Path:
    folder.mkdir()
    (folder / "rules.yaml").write_text("format: 1\nrules:\n" + "\n".join(rules) + "\n")
    return folder


def lines(out: str) -> list[list[str]]:
    return [line.split() for line in out.splitlines()]
