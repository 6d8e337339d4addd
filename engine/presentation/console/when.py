"""Instants and periods in the few words that a page has room for."""

from __future__ import annotations

from datetime import date

from engine.model.instant import DAY_US, HOUR_US, MINUTE_US, Instant
from engine.model.local_time import Zones, zone_at
from engine.presentation.local_clock import local
from engine.presentation.page_language import translate


def ago(us: Instant, now: Instant) -> str:
    """Say how long ago something was: `12 min`, `5 h`, `3 d`."""
    passed = max(0, now - us)
    for unit, word in ((DAY_US, "d"), (HOUR_US, "h")):
        if passed >= unit:
            return f"{passed // unit} {word}"
    return f"{passed // MINUTE_US} min" if passed >= MINUTE_US else translate("under 1 min")


def on_clock(us: Instant, timezone: str) -> str:
    """Say when something was by the clock of a place: `Wed 18 Nov 2026, 13:52`."""
    there = local(us, timezone)
    return f"{weekday(there)} {day(there)} {there:%Y, %H:%M}"


def at(us: Instant, zones: Zones) -> str:
    """Say when something was by the clock of who lived in these zones: `Wed 18 Nov, 13:52`."""
    there = local(us, zone_at(zones, us))
    return f"{weekday(there)} {day(there)}, {there:%H:%M}"


def weekday(there: date) -> str:
    """Return the short name of the weekday of a date."""
    return translate(f"{there:%a}")


def day(there: date) -> str:
    """Say which day of the year a date is: `18 Nov`."""
    return f"{there.day} {translate(f'{there:%b}')}"
