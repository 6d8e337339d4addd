"""Cohorts of clients by the day of their enrolment, as people write them."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_YEAR = re.compile(r"enrolled in (\d{4})")
_MONTH = re.compile(r"enrolled in (\d{4})-(\d{2})")
_DAYS = re.compile(r"enrolled from (\d{4}-\d{2}-\d{2}) to (\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class EnrolmentCohort:
    """The clients who enrolled on one of some local days, the first and last included."""

    written: str
    first: date
    last: date


def parse_cohort(text: str) -> EnrolmentCohort:
    """Read a cohort, such as `enrolled in 2026`.

    Args:
        text: `enrolled in 2026`, `enrolled in 2026-03` or `enrolled from 2026-01-01 to 2026-03-31`.

    Raises:
        ValueError: The text has none of these forms, or names a day that does not exist.
    """
    words = " ".join(text.split())
    try:
        if found := _YEAR.fullmatch(words):
            year = int(found[1])
            return EnrolmentCohort(words, date(year, 1, 1), date(year, 12, 31))
        if found := _MONTH.fullmatch(words):
            year, month = int(found[1]), int(found[2])
            last = monthrange(year, month)[1] if 1 <= month <= 12 else 0
            return EnrolmentCohort(words, date(year, month, 1), date(year, month, last))
        if found := _DAYS.fullmatch(words):
            first, end = date.fromisoformat(found[1]), date.fromisoformat(found[2])
            if end >= first:
                return EnrolmentCohort(words, first, end)
    except ValueError:
        raise ValueError(f"'{text}' names a day that does not exist") from None
    raise ValueError(
        f"'{text}' is not a cohort; write 'enrolled in 2026', 'enrolled in 2026-03' or "
        "'enrolled from 2026-01-01 to 2026-03-31'"
    )
