"""Local time, also on the two nights of the year on which clocks change.

Going back, a clock shows an hour twice: the first time counts. Going forward, it skips an hour.
`place` moves a skipped reading behind the change by as much as it skips; `first_reached` returns
the change itself.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from engine.model.duration import Duration
from engine.model.instant import EPOCH, MICROSECOND, SECOND_US, Instant, from_us, to_us

# The clock on a wall: microseconds since 1970 as if it showed UTC.
WallReading: TypeAlias = int
_DAY_SECONDS = 86_400


def place(local: datetime, timezone: str) -> Instant:
    """Place a local time without an offset.

    Args:
        local: A naive local time. If it comes twice, the first time counts. A skipped time lies as
        far behind the change as it was skipped: 2:30 is 3:30 if 2:00 became 3:00.
        timezone: The name of its zone.
    """
    # fold=0, the default, is the offset before the change, which gives both of the above.
    return (local.replace(tzinfo=ZoneInfo(timezone)) - EPOCH) // MICROSECOND


def first_reached(local: datetime, timezone: str) -> Instant:
    """Return the first instant at which the clock shows a local time or a later one.

    Args:
        local: A naive local time, which the clock may skip.
        timezone: The name of its zone.
    """
    placed = place(local, timezone)
    shown = from_us(placed).astimezone(ZoneInfo(timezone))
    if shown.replace(tzinfo=None) == local:
        return placed
    return max(at for at, _ in offsets(timezone, from_us(placed).year) if at <= placed)


@lru_cache(maxsize=4096)
def offsets(timezone: str, year: int) -> tuple[tuple[Instant, Duration], ...]:
    """Return the offsets from UTC in a year (of UTC).

    Returns:
        Each offset with the instant from which it holds, in order. The first holds from the
        beginning of the year. They are found day by day, and then to the second.
    """
    zone = ZoneInfo(timezone)

    def offset(second: int) -> int:
        shift = (EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset()
        assert shift is not None
        return round(shift.total_seconds())

    begin, end = (
        int((datetime(one, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()) for one in (year, year + 1)
    )
    found = [(begin, offset(begin))]
    for day in range(begin + _DAY_SECONDS, end + 1, _DAY_SECONDS):
        new = offset(day)
        if new != found[-1][1]:
            low, high = day - _DAY_SECONDS, day
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if offset(middle) == new else (middle, high)
            found.append((high, new))
    return tuple((at * SECOND_US, by * SECOND_US) for at, by in found)


class WallClock(dict[WallReading, Instant]):
    """Turns wall-clock readings of one timezone into instants, and remembers the days.

    Readings on the two nights of a clock change are placed as `place` does. A reading outside the
    years 1970 to 2112 raises ValueError.
    """

    def __init__(self, timezone: str) -> None:
        super().__init__()
        self._timezone = timezone

    def __missing__(self, reading: WallReading) -> Instant:
        placed = place(from_us(reading).replace(tzinfo=None), self._timezone)
        instant = self[reading] = to_us(from_us(placed))
        return instant
