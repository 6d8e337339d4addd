"""The lines in which two texts differ, with a few lines around them."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import unified_diff
from typing import Literal

Kind = Literal["same", "before", "after", "skipped"]
_AROUND = 3
_KINDS: dict[str, Kind] = {"-": "before", "+": "after", "@": "skipped"}


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of the text before, of the one after, of both, or the place of skipped lines."""

    kind: Kind
    text: str


def line_diff(before: str, after: str) -> list[DiffLine]:
    """Return the differing lines; none if the texts are the same."""
    told = unified_diff(before.splitlines(), after.splitlines(), n=_AROUND, lineterm="")
    lines = [DiffLine(_KINDS.get(line[0], "same"), line[1:]) for line in list(told)[2:]]
    return lines[1:] if lines[:1] and lines[0].text.startswith("@ -1") else lines
