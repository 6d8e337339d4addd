"""Whether random draws are fair: to weekdays, in their gaps, and blind to the past."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

# Draws are called unfair if fair ones were so far off less often than this.
UNFAIR_BELOW = 0.001
_LEAST_EXPECTED = 5.0  # draws in a cell of a test


@dataclass(frozen=True, slots=True)
class FairnessTest:
    """One test of draws: how often fair draws are as far off as these, from 0 to 1."""

    name: str
    probability: float
    said: str

    @property
    def passed(self) -> bool:
        """Whether the draws may be called fair by it."""
        return self.probability >= UNFAIR_BELOW


def fairness(
    draws: Sequence[Sequence[date]], minimum: int, maximum: int, chance: float
) -> list[FairnessTest]:
    """Test draws.

    Args:
        draws: The drawn days of each client, in order.
        minimum: The shortest gap that is allowed, in days.
        maximum: The longest one.
        chance: The chance of each day between the two.

    Returns:
        The tests of weekdays, limits, lengths of gaps, and independence of the gap before.
    """
    days = [day for of_client in draws for day in of_client]
    gaps = [[(b - a).days for a, b in pairwise(of_client)] for of_client in draws]
    every = [gap for of_client in gaps for gap in of_client]
    return [
        _weekdays(days),
        _limits(every, minimum, maximum),
        _lengths(every, minimum, maximum, chance),
        _independence(gaps),
    ]


def parity(group: str, draws: Mapping[str, int], days: Mapping[str, int]) -> FairnessTest:
    """Test whether clients of each sort are drawn as often as the others.

    Args:
        group: What sets the sorts apart, such as `site`.
        draws: How many draws there were, by sort.
        days: On how many days clients of the sort could be drawn.
    """
    sorts = sorted(sort for sort, number in days.items() if number > 0)
    share = sum(draws[sort] for sort in sorts) / (sum(days[sort] for sort in sorts) or 1)
    seen = [draws[sort] for sort in sorts]
    said = ", ".join(
        f"{sort}: {30 * draws[sort] / days[sort]:.1f} draws in 30 days" for sort in sorts
    )
    probability = _chi_square(seen, [share * days[sort] for sort in sorts])
    return FairnessTest(f"parity by {group}", probability, said)


def _weekdays(days: Sequence[date]) -> FairnessTest:
    counts = Counter(day.weekday() for day in days)
    seen = [counts[weekday] for weekday in range(7)]
    said = "draws from Monday to Sunday: " + ", ".join(map(str, seen))
    return FairnessTest("weekdays", _chi_square(seen, [len(days) / 7] * 7), said)


def _limits(gaps: Sequence[int], minimum: int, maximum: int) -> FairnessTest:
    beyond = sum(not minimum <= gap <= maximum for gap in gaps)
    said = f"gaps outside of {minimum} to {maximum} days: {beyond}"
    return FairnessTest("limits", 0.0 if beyond else 1.0, said)


def _lengths(gaps: Sequence[int], minimum: int, maximum: int, chance: float) -> FairnessTest:
    counts = Counter(gaps)
    lengths = range(minimum, maximum + 1)
    fair = [
        (1 - chance) ** (length - minimum) * (1.0 if length == maximum else chance)
        for length in lengths
    ]
    seen, expected = [0], [0.0]
    for length, share in zip(lengths, fair, strict=True):
        if expected[-1] >= _LEAST_EXPECTED:
            seen.append(0)
            expected.append(0.0)
        seen[-1] += counts[length]
        expected[-1] += share * len(gaps)
    mean = sum(gaps) / len(gaps) if gaps else 0
    return FairnessTest("lengths", _chi_square(seen, expected), f"mean gap: {mean:.1f} days")


def _independence(gaps: Sequence[Sequence[int]]) -> FairnessTest:
    pairs = [pair for of_client in gaps for pair in pairwise(of_client)]
    number = len(pairs)
    if number < 3:
        return FairnessTest("independence", 1.0, "too few gaps to compare with those before")
    first, second = zip(*pairs, strict=True)
    means = sum(first) / number, sum(second) / number
    moved = [(a - means[0], b - means[1]) for a, b in pairs]
    spread = math.sqrt(sum(a * a for a, _ in moved) * sum(b * b for _, b in moved))
    correlation = sum(a * b for a, b in moved) / spread if spread else 0.0
    said = f"correlation of each gap with the one before: {correlation:.3f}"
    return FairnessTest("independence", math.erfc(abs(correlation) * math.sqrt(number / 2)), said)


def _chi_square(seen: Sequence[int], expected: Sequence[float]) -> float:
    """Return how often chance alone is as far off, by Wilson and Hilferty's approximation."""
    cells = [(s, e) for s, e in zip(seen, expected, strict=True) if e > 0]
    freedom = len(cells) - 1
    if freedom < 1:
        return 1.0
    off = sum((s - e) ** 2 / e for s, e in cells)
    share = 2 / (9 * freedom)
    z = ((off / freedom) ** (1 / 3) - (1 - share)) / math.sqrt(share)
    return 0.5 * math.erfc(z / math.sqrt(2))
