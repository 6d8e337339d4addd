"""The month that a report is about, by the site's calendar."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.model.instant import Instant, from_us
from engine.model.local_time import first_reached

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def parse_month(text: str) -> date:
    """Read a month such as `2026-10` as its first day.

    Raises:
        ValueError: It is not written so.
    """
    found = _MONTH.fullmatch(text.strip())
    if found is None or found[1] == "0000":
        raise ValueError(f"'{text}' is not a month; write it as 2026-10")
    return date(int(found[1]), int(found[2]), 1)


def last_month(timezone: str, now: Instant) -> date:
    """Return the first day of the newest month that is over."""
    today = from_us(now).astimezone(ZoneInfo(timezone)).date()
    return _first_before(today.replace(day=1))


def period_of_month(first: date, timezone: str) -> tuple[Instant, Instant]:
    """Return the first instant of a month, and that of the next."""
    following = (first + timedelta(days=31)).replace(day=1)
    since, until = (
        first_reached(datetime.combine(day, datetime.min.time()), timezone)
        for day in (first, following)
    )
    return since, until


def _first_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)
