"""Dates and times of day as people write them in files and on the command line."""

from __future__ import annotations

import re
from datetime import date, time

CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d", re.ASCII)
# Such as 9, 18.00, 1800, 6 pm and 11:30pm.
_LOOSE = re.compile(r"(\d{1,2})[:.h]?(\d{2})?(?:\s*([ap])\.?m\.?)?", re.ASCII)
_LAST = "23:59"
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
        raise ValueError(f"'{text}' is not a time of day; {_advice(text)}")
    return time.fromisoformat(text.zfill(5))


def _advice(text: str) -> str:
    """Say how to write the time of day that a wrong text means."""
    if text.startswith("24:"):
        return f"the last one of a day is {_LAST}"
    found = _LOOSE.fullmatch(text.strip().lower())
    if found is None:
        return "write it as 21:00"
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        hour = hour % 12 + 12 * (found[3] == "p") if 1 <= hour <= 12 else 24
    return f"write it as {hour}:{minute:02}" if hour < 24 and minute < 60 else "write it as 21:00"
