"""The numbers that a search varied, as people wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class TriedNumber(NamedTuple):
    """A number that was varied.

    Attributes:
        name: What it is called, such as `at_least (line 132)`.
        values: The values that were tried, as written.
        shipped: The place of the one that the file holds.
        is_cut_off: Whether it is the number of points at which a scorecard speaks.
    """

    name: str
    values: tuple[str, ...]
    shipped: int
    is_cut_off: bool


class Tried(NamedTuple):
    """What a search tried.

    Attributes:
        rules: The ids of the rules that were measured together.
        outcome: What their alerts are to warn of.
        numbers: The numbers that were varied.
        choices: By variant, the place of the value of each number.
        possible: How many variants these numbers have.
        refused: How many were left out because their numbers cannot stand together.
        same_kinds: The kinds of events that these rules and the outcome both read.
    """

    rules: tuple[str, ...]
    outcome: str
    numbers: tuple[TriedNumber, ...]
    choices: Sequence[tuple[int, ...]]
    possible: int
    refused: int
    same_kinds: tuple[str, ...] = ()

    def written(self, variant: int) -> list[str]:
        """Return the numbers of a variant."""
        return [
            one.values[place]
            for one, place in zip(self.numbers, self.choices[variant], strict=True)
        ]
