"""The chance of each day that makes random draws come at a rate."""

from __future__ import annotations


def chance_of(minimum: int, maximum: int, mean: float) -> float:
    """Find the chance of a day that makes gaps of a mean length.

    Args:
        minimum: The shortest gap, in days.
        maximum: The longest one.
        mean: The mean that is wanted, in days.

    Raises:
        ValueError: No chance makes such a mean.
    """
    if not 1 <= minimum <= mean <= maximum or minimum == maximum:
        raise ValueError("the mean gap must lie between the minimum and the maximum gap")
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if mean_gap(minimum, maximum, middle) > mean else (low, middle)
    return round(high, 9)


def mean_gap(minimum: int, maximum: int, chance: float) -> float:
    """Return the mean gap in days that a chance makes."""
    return minimum + sum((1 - chance) ** days for days in range(1, maximum - minimum + 1))
