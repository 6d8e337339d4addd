"""Rules of RFC 5545 become days; a rule that cannot mean any is refused."""

from __future__ import annotations

from datetime import date

import pytest

from engine.model.recurrence import read_recurrence

NEW_YEAR = date(2026, 1, 1)


def days(rule: str, starts: str | None = None, until: str = "2026-01-31") -> list[int]:
    begin = date.fromisoformat(starts) if starts else None
    found = read_recurrence(rule, begin).days(NEW_YEAR, date.fromisoformat(until))
    return [day.day for day in found]


@pytest.mark.parametrize(
    ("rule", "starts", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", None, [2, 5, 7, 9, 12, 14, 16, 19, 21, 23, 26, 28, 30]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "2026-01-06", [6, 20]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "2026-01-13", [13, 27]),
        ("FREQ=MONTHLY;BYDAY=1MO", None, [5]),
        ("FREQ=DAILY;COUNT=3", "2026-01-30", [30, 31]),
    ],
)
def test_a_rule_names_days(rule: str, starts: str | None, expected: list[int]) -> None:
    assert days(rule, starts) == expected


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("FREQ=HOURLY", "is not a rule; begin it with FREQ=DAILY"),
        ("FREQ=DAILY;BYHOUR=9", "a rule names days alone; leave out BYHOUR"),
        ("FREQ=WEEKLY;INTERVAL=2", "needs a day to count from"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "no day ever fits"),
        ("FREQ=WEEKLY;BYDAY=XX", "is not a rule of RFC 5545"),
        ("FREQ=WEEKLY;NONSENSE", "is not a rule of RFC 5545"),
    ],
)
def test_a_rule_without_meaning_is_refused(rule: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_recurrence(rule)


def test_a_leap_day_comes_around() -> None:
    leap = read_recurrence("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29")
    assert list(leap.days(NEW_YEAR, date(2029, 1, 1))) == [date(2028, 2, 29)]
