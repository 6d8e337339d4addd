"""Random draws of days: fair to weekdays, blind to the past, and reproducible from a seed.

Each day has one number from 0 to 1 for each client and schedule, which only the month's seed tells.
Between the minimum and the maximum gap each day is drawn with the same chance. So the past says
nothing about the next day except by these two limits.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from engine.model.schedule import RandomDraws

_DAY = timedelta(days=1)


def month_of(day: date) -> str:
    """Return the month whose seed draws a day, such as 2026-06."""
    return day.isoformat()[:7]


def number_of(seed: str, schedule_id: str, ref: str, day: date) -> float:
    """Return the number of a day for a client and schedule, from 0 to just below 1."""
    words = f"{schedule_id} {ref} {day.isoformat()}"
    digest = hmac.digest(bytes.fromhex(seed), words.encode(), "sha256")
    return int.from_bytes(digest[:8]) / 2**64


def draw_days(
    draws: RandomDraws,
    schedule_id: str,
    ref: str,
    seeds: Mapping[str, str],
    begins: date,
    last: date,
) -> Iterator[date]:
    """Yield the days that are drawn for a client, in order.

    Args:
        draws: The limits and the chance.
        schedule_id: The schedule.
        ref: The client's ref.
        seeds: The seeds by month; in a month without one nothing is drawn.
        begins: The day from which gaps are counted; it is not drawn itself.
        last: The last day that may be drawn.
    """
    before, day = begins, begins + draws.minimum * _DAY
    while day <= last:
        seed = seeds.get(month_of(day))
        due = (day - before).days >= draws.maximum
        if seed and (due or number_of(seed, schedule_id, ref, day) < draws.chance):
            yield day
            before, day = day, day + draws.minimum * _DAY
        else:
            day += _DAY
