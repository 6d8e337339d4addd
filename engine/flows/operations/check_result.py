"""The result of a check of `handrail doctor`, and the words that such results share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.model.duration import Duration, write_duration
from engine.model.instant import DAY_US, HOUR_US, MINUTE_US, SECOND_US

_SHOWN = 3  # refs that one line names


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check: whether it is well, and a sentence about it."""

    name: str
    ok: bool
    said: str


def lasting(us: Duration) -> str:
    """Return a duration as exactly as people want to know it."""
    unit = next((unit for unit in (DAY_US, HOUR_US, MINUTE_US) if us >= 2 * unit), SECOND_US)
    return write_duration(us // unit * unit)


def listed(refs: Sequence[str]) -> str:
    """Name the first refs, and how many more there are."""
    shown = ", ".join(refs[:_SHOWN])
    return shown + (f" and {len(refs) - _SHOWN} more" if len(refs) > _SHOWN else "")
