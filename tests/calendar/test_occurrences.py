"""Occurrences of a day lie at the right instants, also when the clocks change."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from engine.calendar.occurrences import occurrence, occurrences
from engine.model.client import RecordEntry
from engine.model.instant import from_us, to_us
from engine.model.local_time import ZoneSpell
from engine.model.recurrence import read_recurrence
from engine.model.schedule import ChangeKind, DaysAfter, ScheduleChange, Timing
from tests.kit.times import HOUR

NEW_YORK = "America/New_York"
DAILY = read_recurrence("FREQ=DAILY")


def placed(day: str, by: str, zone: str = NEW_YORK) -> list[str]:
    """The opening, the due instant and the close, in UTC."""
    timing = Timing(DAILY, time.fromisoformat(by), grace=2 * HOUR)
    found = occurrence(timing, date.fromisoformat(day), (ZoneSpell(0, zone),))
    return [from_us(at).strftime("%d %H:%M") for at in found[1:]]


@pytest.mark.parametrize(
    ("day", "by", "expected"),
    [
        ("2026-06-02", "20:00", ["02 04:00", "03 00:00", "03 02:00"]),
        ("2026-03-08", "02:30", ["08 05:00", "08 07:00", "08 09:00"]),  # skipped: at the change
        ("2026-03-08", "20:00", ["08 05:00", "09 00:00", "09 02:00"]),
        ("2026-11-01", "01:30", ["01 04:00", "01 05:30", "01 07:30"]),  # twice: the first
        ("2026-11-01", "20:00", ["01 04:00", "02 01:00", "02 03:00"]),
    ],
)
def test_a_time_of_day_is_placed_by_the_clients_clock(
    day: str, by: str, expected: list[str]
) -> None:
    assert placed(day, by) == expected


def test_a_day_that_begins_at_one_o_clock_opens_then() -> None:
    assert placed("2026-03-29", "20:00", "Asia/Beirut")[0] == "28 22:00"


def test_a_window_counts_back_from_the_due_instant() -> None:
    timing = Timing(DAILY, time(9), window=3 * HOUR)
    found = occurrence(timing, date(2026, 6, 2), (ZoneSpell(0, "UTC"),))
    assert (found.due - found.opens, found.closes - found.due) == (3 * HOUR, 0)


def test_nothing_is_due_on_a_holiday_except_on_a_day_that_a_person_adds() -> None:
    timing = Timing(DAILY, time(9), closed=frozenset({date(2026, 6, 2)}))
    asked = (timing, (), (ZoneSpell(0, "UTC"),), date(2026, 6, 1), date(2026, 6, 3))
    assert [one.day.day for one in occurrences(*asked)] == [1, 3]
    day = date(2026, 6, 2)
    added = ScheduleChange(1, "s", ChangeKind.EXTRA, day, day, None, "asked for", "Ana", 0)
    assert [one.day.day for one in occurrences(*asked, (added,))] == [1, 2, 3]


def test_a_day_after_discharge_is_that_of_the_clients_own_calendar() -> None:
    at = to_us(datetime(2026, 6, 1, 22, tzinfo=ZoneInfo(NEW_YORK)))
    record = (RecordEntry(0, "enrolled", None), RecordEntry(at, "discharged", None))
    timing = Timing(DaysAfter(7, "discharge"), time(17))
    found = occurrences(
        timing, record, (ZoneSpell(0, NEW_YORK),), date(2026, 1, 1), date(2027, 1, 1)
    )
    assert [one.day for one in found] == [date(2026, 6, 8)]


def test_an_occurrence_lies_where_the_client_lives_then_and_comes_once() -> None:
    """They move at 21:00 of the second day, when it is 20:00 in Chicago."""
    moved = to_us(datetime(2026, 6, 2, 21, tzinfo=ZoneInfo(NEW_YORK)))
    zones = (ZoneSpell(0, NEW_YORK), ZoneSpell(moved, "America/Chicago"))
    timing = Timing(DAILY, time(20))
    found = occurrences(timing, (), zones, date(2026, 6, 1), date(2026, 6, 3))
    assert [from_us(one.due).strftime("%d %H:%M") for one in found] == [
        "02 00:00",
        "03 00:00",
        "04 01:00",
    ]
