"""Rows that are missing from a complete list: they have ended, or the list is cut off."""

from __future__ import annotations

from enum import StrEnum

# Fewer missing rows than this are always believed.
FEW = 5
# One row in this many may be missing; if more are, the file itself may be cut off.
ONE_IN = 5


class Missing(StrEnum):
    """The meaning of missing rows."""

    NOTHING = "nothing is missing"
    ENDED = "they have ended"
    HELD = "too many at once"


def judge(missing: int, known: int) -> Missing:
    """Return the meaning of rows that are missing from a complete list.

    Args:
        missing: How many rows the list held before and does not hold now.
        known: How many rows it held before, the missing ones included.
    """
    if not missing:
        return Missing.NOTHING
    return Missing.HELD if missing >= FEW and missing * ONE_IN > known else Missing.ENDED
