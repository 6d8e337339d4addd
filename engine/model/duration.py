"""Durations as people write them in rules and in config.yaml, such as `45 minutes`."""

from __future__ import annotations

import re
from typing import TypeAlias

from engine.model.instant import DAY_US, HOUR_US, MINUTE_US, SECOND_US

Duration: TypeAlias = int  # microseconds
_UNITS = {
    "second": SECOND_US,
    "minute": MINUTE_US,
    "hour": HOUR_US,
    "day": DAY_US,
    "week": 7 * DAY_US,
}
# ASCII, because Unicode has an old long s and a kelvin sign that match s and k.
WRITTEN = re.compile(
    r"\s*([0-9]+(?:\.[0-9]+)?)\s*(" + "|".join(_UNITS) + r")s?\s*", re.IGNORECASE | re.ASCII
)
LONGEST = 3660 * DAY_US


def parse_duration(text: object) -> Duration:
    """Read a written duration, such as `7 days`.

    A day is 24 hours, also where the clocks change; ten years are the longest.

    Returns:
        The duration in microseconds.

    Raises:
        ValueError: The text is no duration; the message says what to write instead.
    """
    match = WRITTEN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(
            f"'{text}' is not a duration; write a number and a unit, such as 45 minutes, 12 hours, "
            "7 days"
        )
    us = float(match[1]) * _UNITS[match[2].lower()]
    if us > LONGEST:
        raise ValueError("a duration cannot be longer than ten years")
    return round(us)


def write_duration(us: Duration) -> str:
    """Write a duration in the largest unit that divides it, such as `7 days`.

    Weeks are written from four to eight.
    """
    for word, unit in reversed(_UNITS.items()):
        if us and us % unit == 0 and not (word == "week" and not 4 <= us // unit <= 8):
            return _count(us // unit, word)
    return _count(round(us / SECOND_US, 6), "second")


def write_elapsed(us: Duration) -> str:
    """Write a duration in its two largest units above zero, such as `7 days and 9 hours`."""
    parts, left = [], us
    for word in ("day", "hour", "minute"):
        number, left = divmod(left, _UNITS[word])
        parts += [_count(number, word)] if number else []
    parts += [_count(round(left / SECOND_US, 6), "second")] if left or not parts else []
    return " and ".join(parts[:2])


def _count(number: float, word: str) -> str:
    return f"{number:.12g} {word}" if number == 1 else f"{number:.12g} {word}s"
