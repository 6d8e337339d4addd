"""Dates and times of day as people write them in files and on the command line."""

from __future__ import annotations

import re
from datetime import date, time

CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d", re.ASCII)
_YEARS = range(1990, 2091)


def parse_date(text: str) -> date:
    """Read a date.

    Raises:
        ValueError: The text is no date of these years; the message names the expected form.
    """
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a date; write one such as 2026-03-06") from None
    if found.year not in _YEARS:
        raise ValueError(f"'{text}' is not between 1990 and 2090")
    return found


def parse_clock(text: str) -> time:
    """Read a time of day, such as 9:30.

    Raises:
        ValueError: The text is no time of day; the message names the expected form.
    """
    if not CLOCK.fullmatch(text):
        raise ValueError(f"'{text}' is not a time of day; write it as 21:00")
    return time.fromisoformat(text.zfill(5))
