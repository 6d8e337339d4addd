"""Local days: the day of an instant in a client's timezone, and the beginning of a day there."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.measures.histories import SHIFT, Histories, Keys
from engine.model.duration import Duration
from engine.model.instant import DAY_US, EPOCH, Instant, from_us
from engine.model.local_time import first_reached, offsets

Days = NDArray[np.int64]
_EPOCH_ORDINAL = EPOCH.toordinal()


def local_days(histories: Histories, keys: Keys) -> Days:
    """Find the local day of each key.

    Args:
        histories: The clients whose timezones count.
        keys: (n,) keys, each a client and an instant.

    Returns:
        (n,) days since 1970-01-01 in the timezone of each key's client.
    """
    owners = keys >> SHIFT
    instants = keys - (owners << SHIFT)
    days = np.empty(len(keys), np.int64)
    zones = np.array([client.timezone for client in histories.clients])
    for zone in set(zones.tolist()):
        chosen = (zones == zone)[owners]
        days[chosen] = _days(instants[chosen], zone)
    return days


def weekdays(histories: Histories, keys: Keys) -> Days:
    """Return the local weekday of each of (n,) keys: numbers from 0 on Monday to 6 on Sunday."""
    # 1970-01-01 was a Thursday.
    return (local_days(histories, keys) + 3) % 7


@lru_cache(maxsize=65536)
def midnight(timezone: str, day: int) -> Instant:
    """Return the first instant of a day, also if the clocks skip midnight.

    Args:
        timezone: The zone of the day.
        day: Days since 1970-01-01. It may lie a rule's duration beyond the last event.
    """
    begins = datetime.combine(date.fromordinal(_EPOCH_ORDINAL + day), datetime.min.time())
    return max(0, first_reached(begins, timezone))


def _days(instants: Keys, timezone: str) -> Days:
    if not len(instants):
        return np.empty(0, np.int64)
    first, last = (from_us(int(us)).year for us in (instants.min(), instants.max()))
    steps = [step for year in range(first, last + 1) for step in _day_offsets(timezone, year)]
    since = np.array([at for at, _ in steps], np.int64)
    offset = np.array([by for _, by in steps], np.int64)
    days: Days = (instants + offset[since.searchsorted(instants, "right") - 1]) // DAY_US
    return days


@lru_cache(maxsize=4096)
def _day_offsets(timezone: str, year: int) -> tuple[tuple[Instant, Duration], ...]:
    """Return the offsets by which days are counted in a year, and when each begins to count.

    A day that has begun goes on if the clock is then set back over its midnight, as in St John's in
    2010 at 0:01. The new offset counts only from the second midnight.
    """
    steps = list(offsets(timezone, year))
    for place, (at, by) in enumerate(steps[1:], 1):
        begun = (at - 1 + steps[place - 1][1]) // DAY_US
        steps[place] = max(at, begun * DAY_US - by), by
    return tuple(steps)
