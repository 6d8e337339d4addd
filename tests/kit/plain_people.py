"""People as rules see them, and their local days: plain lists and aware datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)


class Happening(NamedTuple):
    """An event; those of one instant are ordered by `identity`, its source and key."""

    kind: str
    at: datetime
    fields: dict[str, Any]
    identity: tuple[str, str]


class Entry(NamedTuple):
    """A dated entry of a person's record.

    `what` is enrolled, ended, discharged, leave_began, leave_ended or an attribute.
    """

    at: datetime
    entry: str
    value: str | None = None


@dataclass(frozen=True)
class Person:
    """A client; events in any order, the record by its dates."""

    zone: str
    record: list[Entry]
    events: list[Happening]

    @cached_property
    def in_order(self) -> list[Happening]:
        return sorted(self.events, key=lambda event: (event.at, event.identity))


def duration(text: str) -> timedelta:
    number, unit = text.split()
    return timedelta(**{unit if unit.endswith("s") else unit + "s": float(number)})


def calendar_day(zone: str, at: datetime) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def local_day(zone: str, at: datetime) -> date:
    """The newest day that has begun: it goes on where the clock is set back over its midnight."""
    day = calendar_day(zone, at)
    return day + DAY if midnight(zone, day + DAY) <= at else day


@lru_cache(maxsize=10000)
def midnight(zone: str, day: date) -> datetime:
    """The first instant of a local day, found by walking towards it."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    while calendar_day(zone, at) < day:
        at += timedelta(minutes=15)
    return at
