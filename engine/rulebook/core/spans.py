"""Spans of a rule from its truth over time, with `hold`, `clears_after` and raises."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from engine.measures.histories import SHIFT, Keys
from engine.measures.step_functions import truth_at
from engine.model.duration import Duration
from engine.model.rule import SEVERITIES, Severity
from engine.model.spans import Raise


def held(changes: Keys, hold: Duration, clears_after: Duration) -> tuple[Keys, Keys]:
    """Return where spans begin and end, from the flips of a rule's conditions.

    A span begins once the conditions have been true for `hold`, and ends once they have been false
    for `clears_after`. Until it has ended they need not hold that long again.

    Args:
        changes: (2n,) keys at which the conditions become true and false, in turn, ascending.
        hold: How long they must be true.
        clears_after: How long they must then be false.

    Returns:
        The (m,) keys at which spans begin and the (m,) keys at which they end. A span that lasts to
        the end of its client's stretch ends at the base of the next one.
    """
    # Worked example, with hold 2 and clears_after 3: true in [0, 1), [3, 6), [8, 9) and [20, 25).
    # Only [3, 6) and [20, 25) last longer than 2. The pauses 1 to 3 and 6 to 8 are no longer than
    # 3, so the first three are one cluster and the last is another. The spans are [3 + 2, 9 + 3)
    # and [20 + 2, 25 + 3).
    began, ended = changes[::2], changes[1::2]
    if not hold and not clears_after:
        return began, ended
    long_enough = ended - began > hold
    owners = began >> SHIFT
    apart = np.ones(len(began), bool)
    apart[1:] = (began[1:] > ended[:-1] + clears_after) | (owners[1:] != owners[:-1])
    # Truths that `clears_after` joins form a cluster. The first truth in it that is long enough
    # opens the span.
    cluster = np.cumsum(apart) - 1
    clusters, first = np.unique(cluster[long_enough], return_index=True)
    begins = began[long_enough][first] + hold
    last = np.append(np.flatnonzero(apart)[1:], len(began)) - 1
    ends = ended[last[clusters]]
    for_ever = (ends & ((1 << SHIFT) - 1)) == 0
    return begins, np.where(for_ever, ends, ends + clears_after)


def raised(
    severity: Severity, raises: Mapping[int, Keys], began: Keys, ended: Keys
) -> tuple[NDArray[np.intp], dict[int, tuple[Raise, ...]]]:
    """Return the severity at which spans begin, and the later raises.

    A raise counts from the first instant of the span at which its condition is true, until the span
    ends.

    Args:
        severity: The rule's severity.
        raises: The flips of each raise's condition, by the place of its severity in SEVERITIES.
        began: (n,) the keys at which the spans begin, ascending.
        ended: (n,) the keys at which they end.

    Returns:
        (n,) places in SEVERITIES of the severities at the beginning. By the place of a span, its
        later raises, as keys, each higher than the one before.
    """
    first = np.full(len(began), SEVERITIES.index(severity))
    later: dict[int, list[tuple[int, int]]] = {}
    for place, changes in raises.items():
        begins = changes[::2]
        following = begins.searchsorted(began, "right")
        at = np.append(begins, np.iinfo(np.int64).max)[following]
        at = np.where(truth_at(changes, began), began, at)
        first = np.where(at == began, np.minimum(first, place), first)
        for span in np.flatnonzero((at > began) & (at < ended)).tolist():
            later.setdefault(span, []).append((int(at[span]), place))
    found = {span: _rising(int(first[span]), steps) for span, steps in later.items()}
    return first, {span: steps for span, steps in found.items() if steps}


def _rising(reached: int, steps: list[tuple[int, int]]) -> tuple[Raise, ...]:
    """Return the keys of the steps that rise above all steps before them."""
    found = []
    for key, place in sorted(steps):
        if place < reached:
            reached = place
            found.append(Raise(key, SEVERITIES[place]))
    return tuple({one.at: one for one in found}.values())
