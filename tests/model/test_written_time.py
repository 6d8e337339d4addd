"""Dates and times of day are read as written, or refused with the form to write."""

from __future__ import annotations

from datetime import date, time

import pytest

from engine.model.written_time import parse_clock, parse_date


@pytest.mark.parametrize(("text", "found"), [("21:00", time(21)), ("9:30", time(9, 30))])
def test_a_time_of_day_is_read(text: str, found: time) -> None:
    assert parse_clock(text) == found


@pytest.mark.parametrize("text", ["24:00", "9", "9:3", "9pm", "2100", "21:00:30", "21:00+02:00"])
def test_a_time_of_day_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time of day; write it as 21:00"):
        parse_clock(text)


def test_a_date_is_read_and_one_of_another_century_is_a_slip() -> None:
    assert parse_date("2026-03-06") == date(2026, 3, 6)
    with pytest.raises(ValueError, match="is not a date"):
        parse_date("soon")
    with pytest.raises(ValueError, match="is not between 1990 and 2090"):
        parse_date("0206-03-06")
