"""Instants: aware datetimes in UTC outside, `Instant` in tables and arrays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

# An alias tells readers the unit. A NewType would need a cast wherever NumPy or a sum makes an int.
Instant: TypeAlias = int  # microseconds since 1970-01-01 00:00 UTC
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
_DAY_SECONDS = 24 * 60 * 60
# The years 1970 to 2112: every instant fits 52 bits, which `measures` builds on.
LAST_US = (1 << 52) - 1


def to_us(instant: datetime) -> Instant:
    """Return an aware datetime as microseconds since 1970 UTC.

    Raises:
        ValueError: It is naive, or outside the years 1970 to 2112.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone")
    since = instant - EPOCH
    # It runs for every event, and dividing by a microsecond takes twice as long.
    us = (since.days * _DAY_SECONDS + since.seconds) * SECOND_US + since.microseconds
    if not 0 <= us <= LAST_US:
        raise ValueError(f"{instant.date()} is outside the years 1970 to 2112")
    return us


def from_us(us: Instant) -> datetime:
    """Return an instant as an aware datetime in UTC."""
    return EPOCH + timedelta(microseconds=us)
