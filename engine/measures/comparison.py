"""Comparisons: tests of a value, and of the fields of an event."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.model.event import Value
from engine.model.word_folding import fold

Operator = Literal[
    "at_least", "at_most", "more_than", "less_than", "is", "is_not", "one_of", "none_of",
    "between", "outside",
]  # fmt: skip
Operand = float | str | tuple[float | str, ...]

# The denial of each comparison. Without a value both are false, so that missing data raise no
# alarm.
_DENIALS: Mapping[Operator, Operator] = {
    "at_least": "less_than",
    "less_than": "at_least",
    "at_most": "more_than",
    "more_than": "at_most",
    "is": "is_not",
    "is_not": "is",
    "one_of": "none_of",
    "none_of": "one_of",
    "between": "outside",
    "outside": "between",
}
# Sums of decimals are compared as people read them: 0.1 + 0.2 is 0.3.
DECIMALS = 9
# A larger float has no such decimals. Durations are larger, and must not be rounded by a part of a
# microsecond.
_LARGE = 2**53 / 10**DECIMALS


@dataclass(frozen=True, slots=True)
class Comparison:
    """An operator and its operand: a number, a word, or several of them.

    The operands of `between` and `outside` are the lowest and the highest number that is still
    between.
    """

    operator: Operator
    operand: Operand

    def denied(self) -> Comparison:
        """Return the comparison that holds for a known value exactly if this one does not."""
        return Comparison(_DENIALS[self.operator], self.operand)

    def turns(self) -> list[int]:
        """Return all whole numbers whose truth can differ from that of the number before."""
        operands = self.operand if isinstance(self.operand, tuple) else (self.operand,)
        numbers = [operand for operand in operands if not isinstance(operand, str)]
        from_on = (
            []
            if self.operator in {"at_most", "more_than"}
            else [math.ceil(number) for number in numbers]
        )
        beyond = (
            []
            if self.operator in {"at_least", "less_than"}
            else [math.floor(number) + 1 for number in numbers]
        )
        return sorted({*from_on, *beyond})

    @property
    def bounds(self) -> tuple[float | str, ...]:
        """The operands as a tuple; of `between` the lowest and the highest number."""
        return self.operand if isinstance(self.operand, tuple) else (self.operand,)

    def holds(self, value: Value | None) -> bool:
        """Return whether it is true of one value.

        A list matches a word that it contains. A missing value matches nothing.
        """
        if value is None:
            return False
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if isinstance(value, float):
            value = round(value, DECIMALS)
        if self.operator in {"is", "is_not", "one_of", "none_of"}:
            wanted = self.operand if isinstance(self.operand, tuple) else (self.operand,)
            found = value if isinstance(value, tuple) else (value,)
            matches = not {_folded(one) for one in wanted}.isdisjoint(map(_folded, found))
            return matches == (self.operator in {"is", "one_of"})
        return isinstance(value, int | float) and bool(self.of_numbers(np.array([value], float))[0])

    def of_numbers(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether it is true of each number; NaN is no value and matches nothing."""
        rounded = np.where(np.abs(values) < _LARGE, values.round(DECIMALS), values)
        operand = self.operand
        if self.operator in {"between", "outside"}:
            low, high = (float(bound) for bound in self.bounds)
            inside: NDArray[np.bool_] = (rounded >= low) & (rounded <= high)
            return inside if self.operator == "between" else ~inside & ~np.isnan(values)
        if isinstance(operand, tuple):
            found: NDArray[np.bool_] = np.isin(
                rounded, np.array([x for x in operand if not isinstance(x, str)], float)
            )
            return found if self.operator == "one_of" else ~found & ~np.isnan(values)
        if isinstance(operand, str):
            return np.zeros(len(values), bool)
        match self.operator:
            case "at_least":
                return rounded >= operand
            case "at_most":
                return rounded <= operand
            case "more_than":
                return rounded > operand
            case "less_than":
                return rounded < operand
            case "is":
                return rounded == operand
            case _:
                return (rounded != operand) & ~np.isnan(values)


class _Unsaid(Comparison):
    """True where an event does not say the field at all."""

    __slots__ = ()

    def holds(self, value: Value | None) -> bool:
        return value is None


UNSAID = _Unsaid("is", ())


def _folded(value: float | str) -> float | str:
    return fold(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Where:
    """A demand on an event: every named field must be there and compare true."""

    fields: tuple[tuple[str, Comparison], ...] = ()


ANY = Where()
