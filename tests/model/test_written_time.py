"""Dates and times of day are read as written, or refused with the form to write."""

from __future__ import annotations

from datetime import date, time

import pytest

from engine.model.written_time import parse_clock, parse_date


@pytest.mark.parametrize(("text", "found"), [("21:00", time(21)), ("9:30", time(9, 30))])
def test_a_time_of_day_is_read(text: str, found: time) -> None:
    assert parse_clock(text) == found


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("24:00", "the last one of a day is 23:59"),
        ("9", "write it as 9:00"),
        ("9pm", "write it as 21:00"),
        ("12 a.m.", "write it as 0:00"),
        ("2115", "write it as 21:15"),
        ("18.30", "write it as 18:30"),
        ("13pm", "write it as 21:00"),
        ("9:3", "write it as 21:00"),
        ("21:00:30", "write it as 21:00"),
        ("21:00+02:00", "write it as 21:00"),
    ],
)
def test_a_time_of_day_of_another_form_is_refused_with_advice(text: str, advice: str) -> None:
    with pytest.raises(ValueError, match=f"is not a time of day; {advice}$"):
        parse_clock(text)


def test_a_date_is_read_and_one_of_another_century_is_a_slip() -> None:
    assert parse_date("2026-03-06") == date(2026, 3, 6)
    with pytest.raises(ValueError, match="is not a date"):
        parse_date("soon")
    with pytest.raises(ValueError, match="is not between 1990 and 2090"):
        parse_date("0206-03-06")
