"""Truth over time as *flips*: the ascending keys at which it changes, beginning from false."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.measures.histories import SHIFT, Bools, Histories, Keys


def flips(keys: Keys, truth: Bools) -> Keys:
    """The keys at which truth changes, of its values from each of these (ascending, distinct) keys on."""
    before = np.empty_like(truth)
    before[:1] = False
    before[1:] = truth[:-1]
    return keys[truth != before]


def truth_at(changes: Keys, keys: Keys) -> Bools:
    """The truth at each key: it has flipped an odd number of times."""
    return (np.searchsorted(changes, keys, "right") & 1).astype(bool)


def merged(parts: Sequence[Keys]) -> Keys:
    """All keys of all parts, ascending, each once."""
    if not parts:
        return np.empty(0, np.int64)
    # A stable sort of already sorted runs merges them.
    keys = np.sort(np.concatenate(parts), kind="stable")
    keep = np.empty(len(keys), bool)
    keep[:1] = True
    np.not_equal(keys[1:], keys[:-1], out=keep[1:])
    return keys[keep]


def in_care(histories: Histories) -> Keys:
    """Flips of being enrolled and not on leave, which is when rules apply to a client."""
    changes: list[int] = []
    for base, client in zip(histories.bases, histories.clients, strict=True):
        enrolled = away = inside = False
        for at, entry, _ in client.record:
            enrolled = entry == "enrolled" or (enrolled and entry != "ended")
            away = entry == "leave_began" or (away and entry not in {"leave_ended", "enrolled"})
            if (enrolled and not away) != inside:
                inside = not inside
                _flip(changes, int(base) + at)
        if inside:
            changes.append((int(base >> SHIFT) + 1) << SHIFT)
    return _paired(changes)


def _flip(changes: list[int], key: int) -> None:
    """Add a flip; two at one instant are none."""
    if changes and changes[-1] == key:
        changes.pop()
    else:
        changes.append(key)


def _paired(changes: list[int]) -> Keys:
    # A client in care to the end flips at the next one's base; the last one's would not fit 64 bits only in a
    # batch larger than MOST_CLIENTS.
    return np.array(changes, np.int64)
