"""The local day of an instant is the newest that has begun for the client, wherever they live."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.measures.histories import SHIFT
from engine.measures.local_days import local_days, midnights
from engine.model.instant import EPOCH
from tests.kit.generated_people import histories, us
from tests.kit.plain_people import MICROSECOND, Entry, Happening, Person, local_day, midnight

# Of each: an instant near which the clocks change, at or around midnight among others.
CHANGES = {
    "America/St_Johns": "2010-11-07T02:31+00:00",  # 0:01 becomes 23:01, so midnight comes twice
    "America/Sao_Paulo": "2017-10-15T03:00+00:00",  # 0:00 becomes 1:00
    "America/New_York": "2026-03-08T07:00+00:00",
    "Europe/London": "2026-10-25T01:00+00:00",
    "Pacific/Apia": "2011-12-30T10:00+00:00",  # a whole day is left out
}
# As far apart as two places can be: 25 hours.
PLACES = st.sampled_from([*CHANGES, "Pacific/Kiritimati", "Pacific/Midway", "UTC"])
HOUR = timedelta(hours=1)
AWAY = st.builds(
    lambda quarters, nudge: quarters * HOUR / 4 + nudge * MICROSECOND,
    st.integers(-4 * 60, 4 * 60),
    st.sampled_from([0, 0, 1, -1]),
)
FIRST_DAY = EPOCH.date()


def days_of(person: Person, instants: list[datetime]) -> list[int]:
    """The local days as the engine counts them, since 1970."""
    keys = np.sort(np.array([us(at) for at in instants], np.int64))
    return local_days(histories([person]), keys).tolist()


@pytest.mark.parametrize("zone", CHANGES)
@settings(deadline=None)  # the first example reads the zones
@given(moves=st.lists(st.tuples(AWAY, PLACES), max_size=3), aways=st.lists(AWAY, min_size=1))
def test_days_and_midnights_are_those_of_a_person_who_walks_through_them(
    zone: str, moves: list[tuple[timedelta, str]], aways: list[timedelta]
) -> None:
    change = datetime.fromisoformat(CHANGES[zone])
    moved = {change + away: Entry(change + away, "timezone", to) for away, to in moves}
    record = [Entry(change - 90 * HOUR, "timezone", zone), *(moved[at] for at in sorted(moved))]
    happening = Happening("check_in", datetime(2026, 1, 1, tzinfo=UTC), {}, ("a", "1"))
    # Behind another client, because the batch lays their days end to end.
    batch = histories([Person("Asia/Tokyo", [], [happening]), Person(zone, record, [happening])])
    person = Person(zone, record, [happening])
    instants = sorted(change + away for away in aways)
    keys = (1 << SHIFT) + np.array([us(at) for at in instants], np.int64)
    days = local_days(batch, keys)
    assert days.tolist() == [(local_day(person, at) - FIRST_DAY).days for at in instants]
    begins = midnights(batch, np.ones(len(days), np.int64), days) - (1 << SHIFT)
    assert begins.tolist() == [us(midnight(person, local_day(person, at))) for at in instants]


class Day(NamedTuple):
    """A move, and the beginning and the end of the local day in which it comes."""

    title: str
    moved: str
    to: str
    began: str
    ended: str


@pytest.mark.parametrize(
    "day",
    [
        Day("west: a day of 27 hours", "2026-05-04T18:00", "America/Los_Angeles",
            "2026-05-04T04:00", "2026-05-05T07:00"),
        Day("west over midnight: the day goes on, so it lasts 27 hours", "2026-05-05T05:00",
            "America/Los_Angeles", "2026-05-05T04:00", "2026-05-06T07:00"),
        Day("east: a day of 19 hours", "2026-05-04T18:00", "Europe/London",
            "2026-05-04T04:00", "2026-05-04T23:00"),
        Day("east over midnight: the next day begins with the move", "2026-05-05T02:00",
            "Europe/London", "2026-05-04T04:00", "2026-05-05T02:00"),
        Day("west over the date line: a day of 41 hours", "2026-05-05T05:00",
            "Pacific/Midway", "2026-05-05T04:00", "2026-05-06T11:00"),
    ],
    ids=lambda day: day.title,
)  # fmt: skip
def test_a_move_makes_the_day_longer_or_shorter_and_never_brings_it_twice(day: Day) -> None:
    at = {name: datetime.fromisoformat(getattr(day, name)).replace(tzinfo=UTC)
          for name in ("moved", "began", "ended")}  # fmt: skip
    start = Entry(datetime(2026, 5, 1, tzinfo=UTC), "timezone", "America/New_York")
    person = Person("UTC", [start, Entry(at["moved"], "timezone", day.to)], [
        Happening("check_in", at["moved"], {}, ("a", "1"))])  # fmt: skip
    edges = [at["began"] - MICROSECOND, at["began"], at["ended"] - MICROSECOND, at["ended"]]
    before, first, last, after = days_of(person, edges)
    assert (before, first, last, after) == (first - 1, first, first, first + 1)
