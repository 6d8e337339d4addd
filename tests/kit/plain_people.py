"""People as rules see them, and their local days: plain lists and aware datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC), datetime(2112, 1, 1, tzinfo=UTC)


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

    zone: str  # at all times, if the record names none
    record: list[Entry]
    events: list[Happening]

    @cached_property
    def zones(self) -> list[tuple[datetime, datetime, str]]:
        """The timezones, each with the instants from which and until which it counts."""
        said = [(entry.at, entry.value) for entry in self.record if entry.entry == "timezone"]
        _, *moves = said or [(ALWAYS[0], self.zone)]
        since = [ALWAYS[0], *(at for at, _ in moves)]
        names = [name or "" for _, name in said] or [self.zone]
        return list(zip(since, [*since[1:], ALWAYS[1]], names, strict=True))

    @cached_property
    def in_order(self) -> list[Happening]:
        return sorted(self.events, key=lambda event: (event.at, event.identity))


def duration(text: str) -> timedelta:
    number, unit = text.split()
    return timedelta(**{unit if unit.endswith("s") else unit + "s": float(number)})


def calendar_day(zone: str, at: datetime) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def local_day(person: Person, at: datetime) -> date:
    """The newest day that has begun for a person.

    It goes on where the clock is set back over its midnight, and where they move west over it.
    """
    days = []
    for since, until, zone in person.zones:
        if since <= at:
            last = min(at, until - MICROSECOND)
            day = calendar_day(zone, last)
            days.append(day + DAY if since <= first_of_day(zone, day + DAY) <= last else day)
    return max(days)


def midnight(person: Person, day: date) -> datetime:
    """The first instant of a local day of a person, or of a later one if they skip it."""
    begins = ((first_of_day(zone, day, since), until) for since, until, zone in person.zones)
    return next(at for at, until in begins if at < until)


@lru_cache(maxsize=10000)
def first_of_day(zone: str, day: date, since: datetime = ALWAYS[0]) -> datetime:
    """The first instant since another at which the clock of a zone shows a day or a later one.

    It is found by walking towards it, a quarter of an hour at a time.
    """
    at = max(since, datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16))
    while calendar_day(zone, at) < day:
        at = at - (at - ALWAYS[0]) % QUARTER + QUARTER
    return at
