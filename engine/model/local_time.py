"""Local time, also on the two nights of the year on which clocks change.

Going back, a clock shows an hour twice: the first time counts. Going forward, it skips an hour.
`place` moves a skipped reading behind the change by as much as it skips; `first_reached` returns
the change itself. A person who moves to another timezone changes their clock likewise.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from engine.model.duration import Duration
from engine.model.instant import EPOCH, MICROSECOND, SECOND_US, Instant, from_us, to_us

# The clock on a wall: microseconds since 1970 as if it showed UTC.
WallReading: TypeAlias = int
_DAY_SECONDS = 86_400


class ZoneSpell(NamedTuple):
    """A timezone in which a person lives, and the instant from which it counts."""

    since: Instant
    timezone: str


# The timezones of a person, in order; the first one counts from 0.
Zones: TypeAlias = tuple[ZoneSpell, ...]


def zone_at(zones: Zones, at: Instant) -> str:
    """Find the timezone in which a person lived at an instant."""
    return next((zone for since, zone in reversed(zones) if since <= at), zones[0].timezone)


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


def first_reached_in_zones(local: datetime, zones: Zones) -> Instant:
    """Find the first instant at which a person's clock shows a naive local time or more."""
    ends = [spell.since for spell in zones[1:]]
    begins = [max(since, first_reached(local, zone)) for since, zone in zones]
    return next((at for at, end in zip(begins, ends, strict=False) if at < end), begins[-1])


def place_in_zones(local: datetime, zones: Zones) -> Instant:
    """Place a naive local time of a person, in the zone where they lived then.

    A time that a move brings twice is the first of the two. One that a move skips lies as far after
    the move as it says.
    """
    placed = 0
    for number, (since, timezone) in enumerate(zones):
        # What the zone before has placed after its end is skipped, if this one places it before.
        before, placed = placed, place(local, timezone)
        if number and placed < since:
            return before
        if number + 1 == len(zones) or placed < zones[number + 1].since:
            break
    return placed


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
    """Turns wall-clock readings in one timezone, or in a person's zones, into instants.

    It remembers them. Readings on odd nights and at moves are placed as `place_in_zones` does. A
    reading outside the years 1970 to 2112 raises ValueError.
    """

    def __init__(self, zones: str | Zones) -> None:
        super().__init__()
        self._zones = (ZoneSpell(0, zones),) if isinstance(zones, str) else zones

    def __missing__(self, reading: WallReading) -> Instant:
        placed = place_in_zones(from_us(reading).replace(tzinfo=None), self._zones)
        instant = self[reading] = to_us(from_us(placed))
        return instant
