"""Ordinary weeks of a sample client: evening check-ins, groups, tests, calls, questionnaires."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from engine.sample.people import Cells, SampleClient

Happening = tuple[str, datetime, Cells]  # (file, when, cells)

_TUESDAY, _THURSDAY, _FRIDAY = 1, 3, 4
_NOTES = ("", "", "", "", "slept well", "long day at work", "walked with a friend", "family visit")


def ordinary_weeks(client: SampleClient, now: datetime, random: Random) -> Iterator[Happening]:
    """Yield the events from enrolment until the client's `quiet_for` hours before `now`.

    No rule fires on them.
    """
    zone = ZoneInfo(client.timezone)
    until = now - timedelta(hours=client.quiet_for)
    today = now.astimezone(zone).date()
    missed_on = random.randrange(10)
    for ago in range(client.enrolled - 1, -1, -1):
        day = today - timedelta(days=ago)
        # Missed now and then, never twice within a week, and not recently.
        missed = ago % 10 == missed_on and ago > 14
        for file, when, cells in _day(client, day, missed, zone, random):
            if when < until:
                yield file, when, cells


def _day(
    client: SampleClient, day: date, missed: bool, zone: ZoneInfo, random: Random
) -> Iterator[Happening]:
    def at(hour: int) -> datetime:
        return datetime.combine(day, time(hour, random.randrange(60)), zone)

    yield "check_ins", at(19), {"status": "missed"} if missed else _answers(client, random)
    if day.weekday() in {_TUESDAY, _THURSDAY}:
        status = random.choice(["attended"] * 8 + ["late", "left_early"])
        yield "attendance", at(17), {"activity": "group", "status": status}
    if random.random() < 2 / 7:
        yield "tests", at(9), {"method": "urine", "result": "negative"}
    if day.weekday() == _FRIDAY:
        yield "contacts", at(11), {"outcome": "reached", "by": client.case_manager}
    if day.toordinal() % 14 == 0:
        when = at(12)
        for item, score in (("total", random.randint(2, 7)), ("item9", 0)):
            yield "assessments", when, {"instrument": "phq9", "item": item, "score": score}


def _answers(client: SampleClient, random: Random) -> Cells:
    return {
        "status": "completed",
        "craving": client.craving + random.randint(-1, 1),
        "mood": random.randint(5, 8),
        "stress": random.randint(2, 5),
        "confidence": random.randint(6, 8),
        "sleep_hours": random.choice([6, 6.5, 7, 7.5, 8]),
        "used": "no",
        "note": random.choice(_NOTES),
    }
