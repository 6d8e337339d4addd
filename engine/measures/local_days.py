"""Local days: the day of an instant where the client lived then, and the beginning of a day there.

The local day is the newest day that has begun for the client, so it never goes back. It goes on if
the clock is set back over its midnight, as in St John's in 2010 at 0:01. It also goes on if the
client moves west over its midnight. A day that a clock or a move skips begins and ends as it is
skipped.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.measures.histories import SHIFT, Histories, Keys
from engine.measures.ragged import ranges
from engine.measures.ranks import ranks
from engine.model.instant import DAY_US, Instant, from_us
from engine.model.local_time import Zones, offsets

Days = NDArray[np.int64]
_EPOCH_YEAR = 1970
# Before and after all days, so that a client's days have room for their place in the batch.
_NEVER, _LAST_DAY = -(1 << 30), 1 << 30
_DAYS_SHIFT = 32
_END = 1 << SHIFT


class _Offsets(NamedTuple):
    """The offsets from UTC by which days are counted, one after the other.

    `at` (n,) is the instant or key from which each counts, ascending, and `by` (n,) its
    microseconds. `begun` (n,) is the newest day that had begun before it, and `last` (n,) the
    newest one that begins while it counts.
    """

    at: Keys
    by: Keys
    begun: Days
    last: Days


def local_days(histories: Histories, keys: Keys) -> Days:
    """Find the local day of each key.

    Args:
        histories: The clients whose timezones count.
        keys: (n,) keys, each a client and an instant.

    Returns:
        (n,) days since 1970-01-01 in the timezone that each key's client had then.
    """
    if not len(keys):
        return np.empty(0, np.int64)
    instants = keys - (keys >> SHIFT << SHIFT)
    known = _of_batch(histories, int(instants.min()), int(instants.max()))
    place = ranks(known.at, keys) - 1
    days: Days = np.maximum((instants + known.by[place]) // DAY_US, known.begun[place])
    return days


def weekdays(histories: Histories, keys: Keys) -> Days:
    """Return the local weekday of each of (n,) keys: numbers from 0 on Monday to 6 on Sunday."""
    # 1970-01-01 was a Thursday.
    return (local_days(histories, keys) + 3) % 7


def midnights(histories: Histories, owners: NDArray[np.int64], days: Days) -> Keys:
    """Find the first key of local days, also where a clock or a move skips midnight.

    Args:
        histories: The clients whose timezones count.
        owners: (n,) places of clients in the batch.
        days: (n,) days since 1970-01-01. They may lie a rule's duration beyond the last event.

    Returns:
        (n,) the first key at which the client's local day is that day or a later one.
    """
    if not len(days):
        return np.empty(0, np.int64)
    known = _of_batch(histories, int(days.min() - 2) * DAY_US, int(days.max() + 2) * DAY_US)
    ends = ((known.at >> SHIFT) << _DAYS_SHIFT) + known.last
    place = ends.searchsorted((owners << _DAYS_SHIFT) + days, "left")
    bases = owners << SHIFT
    return np.maximum(bases + days * DAY_US - known.by[place], known.at[place])


def _of_batch(histories: Histories, first: Instant, last: Instant) -> _Offsets:
    """Lay the offsets of all clients end to end on their line of time, around two instants."""
    # A year earlier, because a day that had begun before the year may go on in it.
    since = max(_EPOCH_YEAR, from_us(max(0, first)).year - 1)
    until = from_us(max(0, last)).year
    return histories.remember(("offsets", since, until), lambda: _lay(histories, since, until))


def _lay(histories: Histories, since: int, until: int) -> _Offsets:
    which, distinct = histories.zones
    tables = [_offsets(zones, since, until) for zones in distinct]
    lengths = np.array([len(table.at) for table in tables], np.int64)
    sizes = lengths[which]
    places = ranges((np.cumsum(lengths) - lengths)[which], sizes)
    at, by, begun, last = (np.concatenate(column)[places] for column in zip(*tables, strict=True))
    return _Offsets(np.repeat(histories.bases, sizes) + at, by, begun, last)


@lru_cache(maxsize=4096)
def _offsets(zones: Zones, since: int, until: int) -> _Offsets:
    """Return the offsets of a person's timezones from one year's beginning to another's end."""
    found: list[tuple[Instant, int]] = []
    for number, (moved, zone) in enumerate(zones):
        left = zones[number + 1].since if number + 1 < len(zones) else _END
        steps = [step for year in range(since, until + 1) for step in offsets(zone, year)]
        ends = [at for at, _ in steps[1:]] + [_END]
        for (at, by), end in zip(steps, ends, strict=True):
            if at < left and end > moved and (not found or found[-1][1] != by):
                found.append((max(at, moved), by))
    begun, newest = [], _NEVER
    ends = [at for at, _ in found[1:]] + [_END]
    for (_, by), end in zip(found, ends, strict=True):
        begun.append(newest)
        newest = max((end - 1 + by) // DAY_US, newest)
    last = [*begun[1:], _LAST_DAY]
    columns = (*zip(*found, strict=True), begun, last)
    return _Offsets(*(np.array(column, np.int64) for column in columns))
