"""Wall-clock readings become instants, also on the two odd days of the year."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.instant import LAST_US, from_us, to_us
from engine.model.local_time import WallClock, ZoneSpell, first_reached, offsets, place


def placed(timezone: str, reading: str) -> str:
    wall = to_us(from_us(0).fromisoformat(f"{reading}+00:00"))
    return from_us(WallClock(timezone)[wall]).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("timezone", "reading", "instant"),
    [
        ("America/New_York", "2026-07-01T09:30", "2026-07-01 13:30"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01 05:30"),  # comes twice: the first
        ("America/New_York", "2026-03-08T02:30", "2026-03-08 07:30"),  # never comes: 3:30
        ("Asia/Beirut", "2026-03-29T00:00", "2026-03-28 22:00"),  # a day that begins at one o'clock
        ("UTC", "1970-01-01T00:00", "1970-01-01 00:00"),
    ],
)
def test_a_reading_is_placed_in_its_timezone(timezone: str, reading: str, instant: str) -> None:
    assert placed(timezone, reading) == instant


@pytest.mark.parametrize(
    ("timezone", "reading"), [("Asia/Tokyo", 0), ("America/New_York", LAST_US)]
)
def test_a_reading_outside_the_years_we_know_is_refused(timezone: str, reading: int) -> None:
    with pytest.raises(ValueError, match="is outside the years 1970 to 2112"):
        WallClock(timezone)[reading]


ZONES = [
    "America/New_York",
    "America/St_Johns",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Apia",
]


LOCAL = st.datetimes(*map(datetime.fromisoformat, ("1990-01-01", "2040-01-01")))


def shown(us: int, zone: str) -> datetime:
    """What the clock on the wall shows."""
    return from_us(us).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00+00:00"),  # skipped: the skip
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30+00:00"),  # twice: the first
        ("America/St_Johns", "2010-11-07T00:00", "2010-11-07T02:30+00:00"),  # midnight comes twice
        ("Asia/Beirut", "2026-03-29T00:00", "2026-03-28T22:00+00:00"),  # midnight never comes
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00+00:00"),  # a day never comes
    ],
)
def test_a_reading_is_first_reached_on_the_odd_nights_too(
    zone: str, local: str, instant: str
) -> None:
    found = first_reached(datetime.fromisoformat(local), zone)
    assert from_us(found) == datetime.fromisoformat(instant)


@given(st.sampled_from(ZONES), LOCAL)
def test_a_clock_shows_less_until_a_reading_is_first_reached(zone: str, local: datetime) -> None:
    at = first_reached(local, zone)
    assert shown(at - 1, zone) < local <= shown(at, zone)
    if shown(at, zone) == local:
        assert place(local, zone) == at


MOVE = to_us(datetime.fromisoformat("2026-05-04T18:00+00:00"))  # 14:00 in New York


@pytest.mark.parametrize(
    ("to", "local", "instant"),
    [
        ("America/Los_Angeles", "2026-05-04T13:59", "2026-05-04T17:59+00:00"),  # twice: the first
        ("America/Los_Angeles", "2026-05-04T14:00", "2026-05-04T21:00+00:00"),
        ("Europe/London", "2026-05-04T13:59", "2026-05-04T17:59+00:00"),
        ("Europe/London", "2026-05-04T15:00", "2026-05-04T19:00+00:00"),  # skipped: as far after
        ("Europe/London", "2026-05-04T19:00", "2026-05-04T18:00+00:00"),
    ],
)
def test_a_reading_is_placed_where_the_person_lived(to: str, local: str, instant: str) -> None:
    clock = WallClock((ZoneSpell(0, "America/New_York"), ZoneSpell(MOVE, to)))
    reading = to_us(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("UTC")))
    assert from_us(clock[reading]) == datetime.fromisoformat(instant)


@given(st.sampled_from(ZONES), LOCAL)
def test_the_offsets_of_a_year_are_those_of_the_zone(zone: str, at: datetime) -> None:
    instant = to_us(at.replace(tzinfo=ZoneInfo("UTC")))
    held = [by for since, by in offsets(zone, at.year) if since <= instant][-1]
    assert timedelta(microseconds=held) == from_us(instant).astimezone(ZoneInfo(zone)).utcoffset()
