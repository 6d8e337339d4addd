"""Placing local wall-clock readings in time."""

from __future__ import annotations

from datetime import UTC
from typing import TypeAlias
from zoneinfo import ZoneInfo

from engine.model.instant import Instant, from_us, to_us

# The clock on a wall: microseconds since 1970 as if it showed UTC.
WallReading: TypeAlias = int


class WallClock(dict[WallReading, Instant]):
    """From a wall-clock reading in one timezone to the instant, remembered.

    A reading that comes twice, when clocks go back, is the first of the two. One that never comes,
    when they go forward, is as far after the change as it says: half past two, where two o'clock
    became three, is half past three. A reading outside 1970 to 2112 raises ValueError.
    """

    def __init__(self, timezone: str) -> None:
        super().__init__()
        self._zone = ZoneInfo(timezone)

    def __missing__(self, reading: WallReading) -> Instant:
        # fold=0, the default, is the offset before the change, which gives both of the above.
        instant = to_us(from_us(reading).replace(tzinfo=self._zone).astimezone(UTC))
        self[reading] = instant
        return instant
