"""Packages end on the same day of a later month, and milestones are the days that people mark."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.calendar.milestones import milestones_since, package_of


@pytest.mark.parametrize(
    ("written", "enrolled", "ends"),
    [
        ("3 months", date(2026, 1, 15), date(2026, 4, 15)),
        ("6 months", date(2026, 8, 31), date(2027, 2, 28)),
        ("package, 12-month", date(2027, 2, 28), date(2028, 2, 28)),
        ("3 months", date(2026, 10, 1), date(2027, 1, 1)),
    ],
)
def test_a_package_ends_so_many_months_after_enrolment(
    written: str, enrolled: date, ends: date
) -> None:
    package = package_of(written, enrolled)
    assert package
    assert (package.ends, package.review) == (ends, ends - timedelta(days=14))


@pytest.mark.parametrize("written", [None, "", "basic", "0 months"])
def test_words_without_a_number_of_months_are_no_package(written: str | None) -> None:
    assert package_of(written, date(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("days", "mark"), [(0, 1), (1, 7), (29, 30), (30, 60), (364, 365), (365, 730), (800, 1095)]
)
def test_the_next_milestone_is_the_next_marked_day(days: int, mark: int) -> None:
    since = date(2026, 1, 1)
    found = milestones_since(since, since + timedelta(days=days))
    assert (found.days, found.next_days) == (days, mark)
    assert found.next_day == since + timedelta(days=mark)
