"""Reductions over many windows of one array at once, each from the values of its window alone.

The result for a window is the same whatever values stand around it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.model.instant import DAY_US

Bools = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Places = NDArray[np.intp]
Reduction = Callable[..., Numbers]
_AT_ONCE = 2_000_000


def ranges(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> Places:
    """Return the whole numbers from each of (n,) starts on, `sizes` of each, end to end."""
    return np.arange(sizes.sum()) + np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)


def reduce_windows(
    reduction: Reduction, low: Places, high: Places, *columns: NDArray[Any]
) -> Numbers:
    """Reduce each column's [low:high) for each window; NaN for an empty window.

    The reduction gets the windows' values end to end, column by column, and the windows' starts and
    sizes. It works in parts, so that memory is bounded.
    """
    result = np.full(len(low), np.nan)
    filled = np.flatnonzero(high > low)
    sizes = (high - low)[filled]
    part = np.cumsum(sizes) // _AT_ONCE
    for number in range(part[-1] + 1 if len(part) else 0):
        chosen = filled[part == number]
        size = (high - low)[chosen]
        starts, places = np.cumsum(size) - size, ranges(low[chosen], size)
        result[chosen] = reduction(*(column.take(places) for column in columns), starts, size)
    return result


def total(values: Numbers, starts: Places, _sizes: Places) -> Numbers:
    """Return the sum of each window."""
    return np.add.reduceat(values, starts)


def average(values: Numbers, starts: Places, sizes: Places) -> Numbers:
    """Return the mean of each window."""
    return np.add.reduceat(values, starts) / sizes


def lowest(values: Numbers, starts: Places, _sizes: Places) -> Numbers:
    """Return the least of each window."""
    return np.minimum.reduceat(values, starts)


def highest(values: Numbers, starts: Places, _sizes: Places) -> Numbers:
    """Return the greatest of each window."""
    return np.maximum.reduceat(values, starts)


def medians(low: Places, high: Places, values: Numbers) -> Numbers:
    """Return the median of values[low:high) for each pair; NaN for an empty window.

    If the number of values is even, it is the mean of the two middle ones.
    """
    # If all values are one, nothing needs sorting; people's doses and ratings seldom change.
    changes = np.concatenate(([0, 0], np.cumsum(values[1:] != values[:-1])))
    flat = (high > low) & (changes[high] == changes[np.minimum(low + 1, len(values))])
    ordered = np.sort(values)
    distinct = ordered[np.append(ordered[1:] != ordered[:-1], True)] if len(values) else ordered
    ranks = distinct.searchsorted(values).astype(np.int32)
    found = reduce_windows(partial(_median, distinct), low, np.where(flat, low, high), ranks)
    found[flat] = values[low[flat]]
    return found


def _median(distinct: Numbers, ranks: Places, starts: Places, sizes: Places) -> Numbers:
    # Worked example: the windows [7, 3, 5] and [3, 9] have the ranks [2, 0, 1] and [0, 3] among the
    # distinct values 3, 5, 7, 9. Two bits hold a rank, so window and rank make 2 0 1 4 7, sorted
    # 0 1 2 4 7. The lowest two bits are 0 1 2 0 3, so each window is sorted in its place: 3 5 7 and
    # 3 9. The medians are 5 and 6. One number sorts far faster than two, and 32 bits than 64.
    bits = (len(distinct) - 1).bit_length()
    windows: NDArray[Any] = np.arange(len(sizes)) << bits
    if len(sizes) << bits < 1 << 31:
        windows = windows.astype(np.int32)
    both = np.repeat(windows, sizes) | ranks
    both.sort()
    both &= (1 << bits) - 1
    return (distinct[both[starts + (sizes - 1) // 2]] + distinct[both[starts + sizes // 2]]) / 2


def longest_run(match: Bools, counts: Bools, starts: Places, _sizes: Places) -> Numbers:
    """Return the longest run of each window.

    Args:
        match: (n,) whether each value of the windows, end to end, matches.
        counts: (n,) whether it counts, because it matches or stands between two that do.
        starts: (w,) the beginning of each window.

    Returns:
        (w,) the most values in a row that count, each row beginning and ending with a match.
    """
    order = np.arange(1, len(match) + 1)
    counts = counts.copy()
    # The first value of a window has no match before it, so nothing forgives it.
    counts[starts] = match[starts]
    broken = np.where(counts, 0, order)
    broken[starts] = np.where(match[starts], starts, starts + 1)
    # Worked example: of match 1 0 1 | 1 1 the windows begin at 0 and 3. `broken` is 0 2 0 | 3 0,
    # and accumulated 0 2 2 | 3 3. Order less that is 1 0 1 | 1 2, so the longest runs are 1 and 2.
    runs = np.where(match, order - np.maximum.accumulate(broken), 0)
    return np.maximum.reduceat(runs, starts).astype(float)


def slope(values: Numbers, instants: NDArray[np.int64], starts: Places, sizes: Places) -> Numbers:
    """Return the least-squares slope a day of each window (instants in microseconds).

    It is NaN if all instants of the window are one.
    """
    days = (instants - np.repeat(instants[starts], sizes)) / DAY_US
    days = days - np.repeat(np.add.reduceat(days, starts) / sizes, sizes)
    values = values - np.repeat(np.add.reduceat(values, starts) / sizes, sizes)
    across = np.add.reduceat(days * days, starts)
    along = np.add.reduceat(days * values, starts)
    return np.divide(along, across, out=np.full(len(starts), np.nan), where=across > 0)
