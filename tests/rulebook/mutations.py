"""Slips in a rule file: a lost line, a misspelt key, a shifted indent, a wrong type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

import yaml

from engine.yaml_source import walk

_KEY = re.compile(r"(?<![\w'\"-])([a-z_]+):(?= |$)")


@dataclass(frozen=True)
class Mutation:
    """A text with one slip, made in `line` (from 1, of the text as it is then)."""

    what: str
    line: int
    text: str


def mutations(text: str, random: Random) -> Iterator[Mutation]:
    """Slips without end, of each sort as often."""
    root = yaml.compose(text)
    assert root
    lines = text.splitlines()
    scalars = [node for node in walk(root) if isinstance(node, yaml.ScalarNode)]
    keys = [
        key for node in walk(root) if isinstance(node, yaml.MappingNode) for key, _ in node.value
    ]
    values = [node for node in scalars if node not in keys]
    sorts: list[Callable[[], Mutation]] = [
        lambda: _lost(lines, random),
        lambda: _misspelt(text, random.choice(keys), random),
        lambda: _shifted(lines, random),
        lambda: _wrong_type(text, random.choice(values), random),
    ]
    while True:
        for sort in sorts:
            yield sort()


def _lost(lines: list[str], random: Random) -> Mutation:
    at = random.randrange(len(lines))
    return Mutation(
        f"without '{lines[at].strip()}'", at + 1, _joined([*lines[:at], *lines[at + 1 :]])
    )


def _shifted(lines: list[str], random: Random) -> Mutation:
    at = random.choice([at for at, line in enumerate(lines) if line.strip()])
    indent = len(lines[at]) - len(lines[at].lstrip())
    by = random.choice([by for by in (-4, -3, -2, -1, 1, 2, 3, 4) if indent + by >= 0])
    shifted = " " * (indent + by) + lines[at].lstrip()
    return Mutation(
        f"'{lines[at].strip()}' by {by:+}",
        at + 1,
        _joined([*lines[:at], shifted, *lines[at + 1 :]]),
    )


def _misspelt(text: str, key: yaml.ScalarNode, random: Random) -> Mutation:
    word = key.value
    at = random.randrange(len(word))
    slips = [
        word[:at] + slip + word[at + 1 :] for slip in ("", 2 * word[at], random.choice("aeimnrst"))
    ]
    slips += [word[:at] + word[at + 1] + word[at] + word[at + 2 :]] if at + 1 < len(word) else []
    wrong = random.choice([slip for slip in slips if slip != word] or [word + word])
    return _replaced(text, key, wrong, f"'{word}' as '{wrong}'")


def _wrong_type(text: str, node: yaml.ScalarNode, random: Random) -> Mutation:
    wrong = random.choice(
        ["{a: 1}", "[[1]]", "", *(("soon", "2.5.6") if node.value.isdigit() else ("-1", "2.5"))]
    )
    return _replaced(text, node, wrong, f"{wrong!r} for '{node.value[:30]}'")


def _replaced(text: str, node: yaml.ScalarNode, by: str, what: str) -> Mutation:
    start, end = node.start_mark.index, node.end_mark.index
    kept = "\n" if text[start:end].endswith("\n") else ""  # of a block of text
    return Mutation(what, node.start_mark.line + 1, text[:start] + by + kept + text[end:])


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
