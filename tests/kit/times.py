"""Instants and durations as tests write them, and a clock that a test sets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.model.duration import Duration
from engine.model.instant import DAY_US as DAY
from engine.model.instant import HOUR_US as HOUR
from engine.model.instant import MINUTE_US as MINUTE
from engine.model.instant import SECOND_US as SECOND
from engine.model.instant import Instant, from_us, to_us

__all__ = ["DAY", "HOUR", "MINUTE", "NOON", "SECOND", "SetClock", "clock", "hours"]

# A Tuesday.
NOON = to_us(datetime(2026, 6, 2, 12, tzinfo=UTC))


def hours(number: float) -> Duration:
    """So many hours."""
    return timedelta(hours=number) // timedelta(microseconds=1)


def clock(time: str, day: int = 0) -> Instant:
    """A time of day such as 22:30, so many days after that Tuesday."""
    hour, minute = map(int, time.split(":"))
    return NOON + hours(24 * day + hour - 12) + minute * MINUTE


@dataclass
class SetClock:
    """A clock that stands still until a test sets it."""

    at: Instant = NOON

    def now(self) -> datetime:
        return from_us(self.at)

    def __call__(self) -> Instant:
        return self.at
