"""Invented lives of clients over a year: what they do, when it is known, and when they are away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.model.instant import to_us
from tests.kit.times import DAY, HOUR, MINUTE

YEAR = 2026
BEGIN = to_us(datetime(YEAR, 1, 1, 3, tzinfo=ZoneInfo("UTC")))
END = BEGIN + 365 * DAY
# Their clocks are changed on five nights of the year, and 02:30 is skipped or comes twice.
ZONES = ("America/New_York", "Europe/Berlin", "Australia/Sydney")
HOLIDAYS = tuple(date(YEAR, *day) for day in ((5, 25), (7, 3), (9, 7), (12, 25)))
# When the site's source cannot be read: a night, a morning, four days.
OUTAGES = tuple(
    (BEGIN + day * DAY + hour * HOUR, BEGIN + day * DAY + (hour + lasts) * HOUR)
    for day, hour, lasts in ((40, 18, 14), (133, 2, 9), (221, 9, 97))
)
PROGRAMS = ["iop", "aftercare"]
_LATER = (0, 0, 0, 0, 0, 0, 3 * HOUR, 30 * HOUR, 6 * DAY)


class LifeEvent(NamedTuple):
    """An event that the site's source brings.

    It becomes known at `known`, and is taken back at `taken_back` if there is one.
    """

    at: int
    known: int
    kind: str
    fields: dict[str, str]
    key: str
    taken_back: int | None = None


@dataclass
class Life:
    """The year of one client.

    Attributes:
        away: The leaves and stays in hospital, each with when it is known, begins and ends.
        agreed: Whether the client agreed to texts.
        quiet: The client's quiet hours.
        texts: When the client texts STOP or START.
    """

    number: int
    zone: str
    enrolled: int
    ended: int | None
    program: str
    away: list[tuple[int, int, int]]
    agreed: bool
    quiet: tuple[time, time]
    texts: list[tuple[int, str]]
    events: list[LifeEvent] = field(default_factory=list)

    @property
    def phone(self) -> str:
        """A number that is nobody else's."""
        return f"+1202555{self.number:04}"

    def answers_after(self, day: date) -> int | None:
        """How long after a question of this day the client answers; None if never."""
        random = Random(f"{self.number} {day}")
        if random.random() < 0.2:
            return None
        return random.choice([HOUR, HOUR, HOUR, 2 * HOUR, 11 * HOUR]) + MINUTE


def lives(number: int, seed: str, *, alumni: int = 0) -> list[Life]:
    """Invent the lives of some clients in a programme of many hours, and of alumni after them."""
    return [
        _life(one, Random(f"{seed} {one}"), PROGRAMS if one <= number else ["alumni"])
        for one in range(1, number + alumni + 1)
    ]


def checks_up(day: date) -> bool:
    """Whether it is the first Sunday of a quarter, when alumni are asked how they are."""
    return day.weekday() == 6 and day.day <= 7 and day.month % 3 == 1


def meets(day: date) -> bool:
    """Whether it is the Tuesday on which alumni see their worker, a month after a check-up."""
    return day.weekday() == 1 and 8 <= day.day <= 14 and day.month % 3 == 2


def away_entries(began: int) -> tuple[str, str]:
    """How a record says that this time away begins and ends: every other one is in hospital."""
    word = "stay" if began // DAY % 2 else "leave"
    return f"{word}_began", f"{word}_ended"


def local(day: date, hour: int, minute: int, zone: str) -> int:
    """A local time, on whichever side of a change of the clock it falls."""
    return to_us(datetime.combine(day, time(hour, minute), ZoneInfo(zone)))


def _life(number: int, random: Random, programs: list[str]) -> Life:
    zone = ZONES[number % len(ZONES)]
    first = date(YEAR, 1, 2) + timedelta(days=random.choice([0, 0, random.randrange(200)]))
    enrolled = local(first, 10, 0, zone)
    ended = enrolled + random.randrange(60, 300) * DAY if random.random() < 0.3 else None
    life = Life(
        number,
        zone,
        enrolled,
        ended,
        random.choice(programs),
        [one for one in _away(random, zone) if one[1] > enrolled],
        random.random() < 0.8,
        random.choice([(21, 8)] * 6 + [(17, 19), (17, 19), (16, 23)]),  # type: ignore[arg-type]
        list(_opts_out(random, zone)),
    )
    life.quiet = tuple(time(hour) for hour in life.quiet)  # type: ignore[arg-type]
    for day in (date(YEAR, 1, 2) + timedelta(days=n) for n in range(363)):
        life.events += _day(life, day, random)
    return life


def _away(random: Random, zone: str) -> Iterator[tuple[int, int, int]]:
    """Yield leaves of hours and of days, none near another; some are known days late."""
    for month in random.sample((2, 5, 8, 11), random.choice([0, 1, 2])):
        began = local(date(YEAR, month, random.randrange(1, 20)), random.choice([9, 14]), 7, zone)
        ended = began + random.choice([8 * HOUR, 3 * DAY, 12 * DAY]) + 13 * MINUTE
        known = ended + 2 * DAY if random.random() < 0.3 else BEGIN
        yield known, began, ended


def _opts_out(random: Random, zone: str) -> Iterator[tuple[int, str]]:
    if random.random() < 0.25:
        day = date(YEAR, 3, 1) + timedelta(days=random.randrange(200))
        yield local(day, 11, 3, zone), "STOP"
        yield local(day + timedelta(days=random.randrange(2, 40)), 11, 3, zone), "START"


def _day(life: Life, day: date, random: Random) -> Iterator[LifeEvent]:
    """What the client does on a day, and what the source says of it."""
    zone, name = life.zone, f"{life.number}-{day}"

    def happens(kind: str, at: int, what: str, **fields: str) -> LifeEvent:
        # The source gives what it has four times a day.
        known = -(-(at + random.choice(_LATER)) // (6 * HOUR)) * 6 * HOUR
        back = known + 6 * DAY if random.random() < 0.02 else None
        status = {"status": what, **fields}
        return LifeEvent(
            at, known, kind, status, f"{name}-{'-'.join([kind, *fields.values()])}", back
        )

    if life.program == "alumni":
        if checks_up(day) and random.random() < (0.1 if life.agreed else 0.7):
            yield happens("check_in", local(day, random.choice([12, 21]), 17, zone), "completed")
        if meets(day) and random.random() < 0.8:
            what = random.choices(["attended", "no_show", "cancelled"], [20, 2, 1])[0]
            yield happens("attendance", local(day, 16, 31, zone), what, activity="individual")
        if life.enrolled + 6 * DAY < local(day, 17, 31, zone) < life.enrolled + 8 * DAY:
            yield happens("attendance", local(day, 17, 31, zone), "attended", activity="group")
        return
    if day.weekday() in {2, 3, 6} and random.random() < (0.1 if life.agreed else 0.7):
        hour = random.choice([7, 12, 16, 21, 23])
        what = random.choices(["completed", "excused", "missed"], [20, 1, 1])[0]
        yield happens("check_in", local(day, hour, 17, zone), what)
    if day.weekday() in {0, 3} and random.random() < 0.8:
        what = random.choices(["attended", "no_show", "cancelled"], [20, 2, 1])[0]
        yield happens("attendance", local(day, 17, 31, zone), what, activity="group")
    if day.weekday() == 6 and random.random() < 0.8:
        yield happens("medication", local(day, random.choice([1, 3]), 47, zone), "taken")
