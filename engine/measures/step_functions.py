"""Truth over time as *flips*: the ascending keys at which it changes, beginning from false.

`compress` and `take` of NumPy do what subscripts do, in half the time or less.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.measures.histories import SHIFT, Bools, Histories, Keys
from engine.measures.ranks import ranks
from engine.model.duration import Duration

_SPELLS = ("enrolled", "ended", "leave_began", "leave_ended", "stay_began", "stay_ended")


def flips(keys: Keys, truth: Bools) -> Keys:
    """Return the keys at which truth changes, from its values at ascending, distinct keys."""
    before = np.empty_like(truth)
    before[:1] = False
    before[1:] = truth[:-1]
    return keys.compress(truth != before)


def truth_at(changes: Keys, keys: Keys) -> Bools:
    """Return the truth at each key: it has flipped an odd number of times."""
    return (ranks(changes, keys) & 1).astype(bool)


def merged(parts: Sequence[Keys]) -> Keys:
    """Return all keys of all parts, ascending, each once."""
    if not parts:
        return np.empty(0, np.int64)
    # A stable sort of already sorted runs merges them.
    keys = np.concatenate(parts)
    keys.sort(kind="stable")
    keep = np.empty(len(keys), bool)
    keep[:1] = True
    np.not_equal(keys[1:], keys[:-1], out=keep[1:])
    return keys.compress(keep)


def run_out(keys: Keys, duration: Duration) -> Keys:
    """Return the keys at which a duration has gone by since the newest of ascending keys."""
    newest = np.ones(len(keys), bool)
    newest[:-1] = keys[1:] - keys[:-1] > duration
    return keys.compress(newest) + duration


def ending_gaps(keys: Keys, duration: Duration) -> Keys:
    """Return each client's first key, and the keys a duration or more after the one before."""
    late = np.ones(len(keys), bool)
    late[1:] = keys[1:] - keys[:-1] >= duration
    return keys.compress(late)


def crossings(first: Keys, last: Keys, duration: Duration, turns: Sequence[int]) -> list[Keys]:
    """Return keys that include every change of the number of open stretches across a turn.

    Args:
        first: (n,) the key at which each stretch begins, ascending.
        last: (n,) the key to which the duration is added; the stretch ends there. Ascending.
        duration: In microseconds.
        turns: Numbers of stretches; a turn lies between the number and one less.
    """
    # Worked example: stretches begin and end at keys 0, 4 and 6, a duration of 5 and the turn 2.
    # Two stretches are under way if the second begins while the first still lasts. That is so from
    # 4 (0 to 5 is under way) until 5, and from 6 (4 to 9) until 9. The pairs do not meet, so all
    # four are kept. At keys 0, 1 and 2 they would meet: two are under way from 1 to 6 without a
    # break, and only the ends of that time are kept.
    parts = []
    for turn in turns:
        if 0 < turn <= len(first):
            ends = len(first) - turn
            near = first[turn - 1 :] - last[: ends + 1] <= duration
            far = first[turn:] - last[:ends] >= duration
            reached, left = near.copy(), near
            reached[1:] &= far
            left[:-1] &= far
            parts.append(first[turn - 1 :].compress(reached))
            parts.append(last[: ends + 1].compress(left) + duration)
    return parts


def in_care(histories: Histories) -> Keys:
    """Return the flips of being enrolled and not away, when rules apply to a client."""
    return histories.remember("in care", lambda: _care(histories))


def _care(histories: Histories) -> Keys:
    """Find them as `engine.model.record.spell_open` does for one client and instant.

    A spell that begins and ends at one instant stays as it was. A client who is enrolled again is
    back from any leave, but not from hospital.
    """
    bases = histories.bases
    at_words = [histories.record(word)[0] for word in _SPELLS]
    # At the base after the last client's, one who is in care to the end flips.
    keys = merged([*at_words, bases, bases[-1:] + (1 << SHIFT)])
    enrolled, ended, left, returned, admitted, discharged = (_among(keys, at) for at in at_words)
    starts = _among(keys, bases) | (keys >> SHIFT == len(bases))
    inside = _latched(enrolled & ~ended, starts | (ended & ~enrolled))
    on_leave = _open(left, returned, starts | enrolled)
    return flips(keys, inside & ~on_leave & ~_open(admitted, discharged, starts))


def _open(begin: Bools, end: Bools, over: Bools) -> Bools:
    """Return whether a spell is open at each key; `over` ends it in any case, the first key too."""
    begins = begin & ~end
    return _latched(begins, ~begins & (over | (end & ~begin)))


def _among(keys: Keys, some: Keys) -> Bools:
    """Return which of the keys are among some of them."""
    found = np.zeros(len(keys), bool)
    found[keys.searchsorted(some)] = True
    return found


def _latched(sets: Bools, resets: Bools) -> Bools:
    """Return the state at each key: the newest that sets it, or resets it, decides.

    Where a key does both it sets the state. The first key does one of them.
    """
    decides = np.flatnonzero(sets | resets)
    newest = decides.searchsorted(np.arange(len(sets)), "right") - 1
    return sets[decides[newest]]
