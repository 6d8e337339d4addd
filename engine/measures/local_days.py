"""Local days: which day an instant falls on in a client's own timezone, and when a day begins there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from engine.measures.histories import SHIFT, Histories, Keys
from engine.model.duration import Duration
from engine.model.instant import DAY_US, EPOCH, MICROSECOND, SECOND_US, Instant

Days = NDArray[np.int64]
_EPOCH_ORDINAL = EPOCH.toordinal()


def local_days(histories: Histories, keys: Keys) -> Days:
    """The local day of each key, as days since 1970-01-01 in its client's timezone."""
    owners = keys >> SHIFT
    instants = keys - (owners << SHIFT)
    days = np.empty(len(keys), np.int64)
    zones = np.array([client.timezone for client in histories.clients])
    for zone in set(zones.tolist()):
        chosen = (zones == zone)[owners]
        days[chosen] = _days(instants[chosen], zone)
    return days


@lru_cache(maxsize=65536)
def midnight(zone: str, day: int) -> Instant:
    """The first instant of a day (microseconds since 1970), also where the clocks skip midnight.

    The day may lie a rule's duration beyond the last instant of an event.
    """
    local = datetime.combine(
        date.fromordinal(_EPOCH_ORDINAL + day), datetime.min.time(), ZoneInfo(zone)
    )
    return max(0, (local.astimezone(UTC) - EPOCH) // MICROSECOND)


def _days(instants: Keys, zone: str) -> Days:
    if not len(instants):
        return np.empty(0, np.int64)
    first, last = (
        EPOCH + timedelta(microseconds=int(us)) for us in (instants.min(), instants.max())
    )
    steps = [step for year in range(first.year, last.year + 1) for step in _offsets(zone, year)]
    since = np.array([at for at, _ in steps], np.int64)
    offset = np.array([by for _, by in steps], np.int64)
    days: Days = (instants + offset[since.searchsorted(instants, "right") - 1]) // DAY_US
    return days


@lru_cache(maxsize=4096)
def _offsets(zone: str, year: int) -> tuple[tuple[Instant, Duration], ...]:
    """The offsets from UTC in a year, as (from when, microseconds) pairs, found day by day and then to the second."""
    tz = ZoneInfo(zone)

    def offset(second: int) -> int:
        shift = (EPOCH + timedelta(seconds=second)).astimezone(tz).utcoffset()
        assert shift is not None
        return round(shift.total_seconds())

    begin = int((datetime(year, 1, 1, tzinfo=UTC) - EPOCH).total_seconds())
    end = int((datetime(year + 1, 1, 1, tzinfo=UTC) - EPOCH).total_seconds())
    steps = [(begin, offset(begin))]
    for second in range(begin + 86_400, end + 1, 86_400):
        now = offset(second)
        if now != steps[-1][1]:
            low, high = second - 86_400, second
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if offset(middle) == now else (middle, high)
            # A day that has begun goes on where the clock is set back over its midnight.
            begun = (high - 1 + steps[-1][1]) // 86_400
            steps.append((max(high, begun * 86_400 - now), now))
    return tuple((at * SECOND_US, by * SECOND_US) for at, by in steps)
