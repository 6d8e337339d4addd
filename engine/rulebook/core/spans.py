"""From the truth of a rule over time to its spans, `hold` and `clears_after` reckoned in."""

from __future__ import annotations

import numpy as np

from engine.measures.histories import SHIFT, Keys
from engine.model.duration import Duration


def held(changes: Keys, hold: Duration, clears_after: Duration) -> tuple[Keys, Keys]:
    """The keys at which spans begin and end, of the flips of the rule's conditions (an even number).

    A span begins once the conditions have been true for `hold` (microseconds) and ends once they have been false for
    `clears_after`; in between, while it has not ended, they need not hold again that long. A span that lasts to the
    end of its client's stretch ends at the base of the next.
    """
    began, ended = changes[::2], changes[1::2]
    if not hold and not clears_after:
        return began, ended
    long_enough = ended - began > hold
    owners = began >> SHIFT
    apart = np.ones(len(began), bool)
    apart[1:] = (began[1:] > ended[:-1] + clears_after) | (owners[1:] != owners[:-1])
    # Truths that `clears_after` joins form a cluster; the first long enough one in it opens the span.
    cluster = np.cumsum(apart) - 1
    clusters, first = np.unique(cluster[long_enough], return_index=True)
    begins = began[long_enough][first] + hold
    last = np.append(np.flatnonzero(apart)[1:], len(began)) - 1
    ends = ended[last[clusters]]
    for_ever = (ends & ((1 << SHIFT) - 1)) == 0
    return begins, np.where(for_ever, ends, ends + clears_after)
