"""The days of a client's package and milestones, counted on the client's own calendar."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# Days that people mark; after the last one every year is.
_MARKED = (1, 7, 30, 60, 90, 180, 270, 365)
_YEAR = 365
_MONTHS = re.compile(r"([0-9]{1,2})\D*month", re.IGNORECASE)
# The review comes this long before the end, so that the next step is agreed in time.
REVIEW_AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Package:
    """A package of so many months: when it is reviewed, and the day on which it ends."""

    months: int
    review: date
    ends: date


@dataclass(frozen=True, slots=True)
class Milestones:
    """How many days have gone by since a day, and the next mark: its days, and its date."""

    since: date
    days: int
    next_days: int
    next_day: date


def package_of(written: str | None, enrolled: date) -> Package | None:
    """Read a package such as `3 months`; None if the words name no number of months."""
    found = _MONTHS.search(written or "")
    if found is None or int(found[1]) == 0:
        return None
    ends = _months_later(enrolled, int(found[1]))
    return Package(int(found[1]), ends - REVIEW_AHEAD, ends)


def milestones_since(since: date, today: date) -> Milestones:
    """Return how far a client has come since a day, and the next mark ahead."""
    days = (today - since).days
    ahead: Sequence[int] = [mark for mark in _MARKED if mark > days]
    next_days = ahead[0] if ahead else (days // _YEAR + 1) * _YEAR
    return Milestones(since, days, next_days, since + timedelta(days=next_days))


def _months_later(day: date, months: int) -> date:
    """Return the same day some months later, or the last day of a month that is too short."""
    year, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))
