"""A cohort is written as people say it, or refused."""

from __future__ import annotations

from datetime import date

import pytest

from engine.model.enrolment_cohort import parse_cohort


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("enrolled in 2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("enrolled  in 2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("enrolled from 2026-01-01 to 2026-03-31", date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_a_year_a_month_or_some_days(text: str, first: date, last: date) -> None:
    cohort = parse_cohort(text)
    assert (cohort.first, cohort.last) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["2026", "enrolled in 26", "enrolled in 2026-13", "enrolled from 2026-03-01 to 2026-02-01",
     "enrolled from 2026-02-30 to 2026-03-01", "discharged in 2026", ""],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"cohort|does not exist"):
        parse_cohort(text)
