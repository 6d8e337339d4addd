"""Rules of RFC 5545 for days; the sole importer of dateutil."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from dateutil.rrule import rrulestr

# Rules without a first day count from this Monday.
USUAL_START = date(2020, 1, 6)
# A rule with no day in so many years never happens.
_YEARS = 9
_PERIODS = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_NO_DAYS = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND", "DTSTART"})


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The days on which something is due: an RFC 5545 rule, counted from a day."""

    rule: str  # such as FREQ=WEEKLY;INTERVAL=2;BYDAY=TU
    starts: date = USUAL_START

    def days(self, first: date, last: date) -> Iterator[date]:
        """Yield the days from the first to the last one, in order."""
        for year in range(first.year, last.year + 1):
            yield from (day for day in _in_year(self, year) if first <= day <= last)


def read_recurrence(rule: str, starts: date | None = None) -> Recurrence:
    """Read a rule.

    Args:
        rule: Such as FREQ=WEEKLY;INTERVAL=2;BYDAY=TU.
        starts: The day it counts from.

    Raises:
        ValueError: It cannot be read, does not name whole days, or no day ever fits it.
    """
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    if parts.get("FREQ") not in _PERIODS:
        raise ValueError(
            f"'{rule}' is not a rule; begin it with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY, such as "
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU, because a schedule is due once a day at most"
        )
    if timed := sorted(_NO_DAYS & parts.keys()):
        raise ValueError(f"a rule names days alone; leave out {', '.join(timed)}")
    if parts.get("INTERVAL", "1") != "1" and starts is None:
        raise ValueError(
            "a rule with an INTERVAL needs a day to count from; add its first day as starts:, such "
            "as starts: 2026-01-06"
        )
    found = Recurrence(rule, starts or USUAL_START)
    try:
        days = rrulestr(rule, dtstart=datetime.combine(found.starts, time()))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"'{rule}' is not a rule of RFC 5545: {error}") from None
    # Asked once, because the library looks for a day that never comes until the year 9999.
    first = next(iter(days), None)
    if first is None or first.year >= found.starts.year + _YEARS:
        raise ValueError(f"no day ever fits '{rule}'")
    return found


@lru_cache(maxsize=4096)
def _in_year(recurrence: Recurrence, year: int) -> tuple[date, ...]:
    """Expand a rule for one year, once for all clients."""
    rule = rrulestr(recurrence.rule, dtstart=datetime.combine(recurrence.starts, time()))
    first, last = (datetime.combine(date(year, *day), time()) for day in ((1, 1), (12, 31)))
    found = rule.between(first, last, inc=True)
    return tuple(one.date() for one in found)
