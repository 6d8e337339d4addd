"""Rows that are missing from a complete list: they have ended, or too many are missing at once."""

from __future__ import annotations

from enum import StrEnum

# Fewer rows than this may always go at once.
FEW = 5
# One row in so many may go at once; if more are missing, the file itself may be cut off.
ONE_IN = 5


class Missing(StrEnum):
    """What missing rows mean."""

    NOTHING = "nothing is missing"
    ENDED = "they have ended"
    HELD = "too many at once"


def judge(missing: int, known: int) -> Missing:
    """Say what it means that rows are missing from a complete list.

    Args:
        missing: how many rows the list held before and does not hold now.
        known: how many it held before, these included.
    """
    if not missing:
        return Missing.NOTHING
    return Missing.HELD if missing >= FEW and missing * ONE_IN > known else Missing.ENDED
