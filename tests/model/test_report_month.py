"""A month of a report begins and ends by the site's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from engine.model.instant import to_us
from engine.model.report_month import last_month, parse_month, period_of_month


def test_the_last_month_is_the_one_that_is_over_where_the_site_is() -> None:
    now = to_us(datetime(2026, 11, 1, 2, tzinfo=UTC))
    assert last_month("UTC", now) == date(2026, 10, 1)
    assert last_month("America/New_York", now) == date(2026, 9, 1)


def test_a_month_runs_from_midnight_to_midnight() -> None:
    since, until = period_of_month(date(2026, 12, 1), "America/New_York")
    assert since == to_us(datetime(2026, 12, 1, 5, tzinfo=UTC))
    assert until == to_us(datetime(2027, 1, 1, 5, tzinfo=UTC))


@pytest.mark.parametrize("text", ["2026", "2026-13", "10-2026", "0000-01"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="2026-10"):
        parse_month(text)
