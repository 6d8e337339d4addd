"""The instants of occurrences on local days.

Times of day are placed by the one answer to the two odd nights of the year (model/local_time.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.model.client import RecordEntry
from engine.model.instant import Instant, from_us
from engine.model.local_time import Zones, first_reached_in_zones, zone_at
from engine.model.schedule import (
    Anchor,
    ChangeKind,
    DaysAfter,
    Occurrence,
    RandomDraws,
    ScheduleChange,
    Timing,
)

_ENTRY: dict[Anchor, str] = {"enrolment": "enrolled", "discharge": "discharged"}


def occurrences(
    timing: Timing,
    record: Iterable[RecordEntry],
    zones: Zones,
    first: date,
    last: date,
    changes: Sequence[ScheduleChange] = (),
) -> Iterator[Occurrence]:
    """Yield the occurrences of some days, in order.

    Args:
        timing: When it is due.
        record: The client's record, which DaysAfter counts from.
        zones: The client's timezones.
        first: The first day that is asked for.
        last: The last one.
        changes: Those that were made for the client, in the order in which they were made; of two
            that cover a day the later one counts.
    """
    on = timing.on
    days: Iterable[date]
    match on:
        case DaysAfter():
            days = _days_after(on, record, zones)
        case RandomDraws():
            days = ()  # they are drawn for each client (calendar/draws.py)
        case _:
            days = on.days(first, last)
    within = (day for day in days if first <= day <= last and day not in timing.closed)
    if not changes:
        return (occurrence(timing, day, zones) for day in within)
    extra = {one.first for one in changes if one.kind == ChangeKind.EXTRA}
    every = sorted({*within, *(day for day in extra if first <= day <= last)})
    found = ((day, _time_on(day, timing.by, changes)) for day in every)
    return (occurrence(replace(timing, by=by), day, zones) for day, by in found if by is not None)


def _time_on(day: date, usual: time, changes: Sequence[ScheduleChange]) -> time | None:
    """Return by when it is due on a day; None if it is not."""
    by: time | None = usual
    for one in changes:
        if one.covers(day) and one.kind != ChangeKind.EXCUSED:
            by = None if one.kind == ChangeKind.OFF else one.by or usual
    return by


# Clients of one place have the same occurrences, and each evaluation asks for the next ones.
@lru_cache(maxsize=4096)
def occurrence(timing: Timing, day: date, zones: Zones) -> Occurrence:
    """Place one day's occurrence.

    A time that the clock or a move skips is reached at the change. One that comes twice is the
    first of the two.
    """
    due = first_reached_in_zones(datetime.combine(day, timing.by), zones)
    midnight = first_reached_in_zones(datetime.combine(day, time()), zones)
    opens = midnight if timing.window is None else due - timing.window
    return Occurrence(day, opens, due, due + timing.grace)


def local_day(at: Instant, zones: Zones) -> date:
    """Return the day that an instant belongs to, where the client lived then."""
    return from_us(at).astimezone(ZoneInfo(zone_at(zones, at))).date()


def _days_after(on: DaysAfter, record: Iterable[RecordEntry], zones: Zones) -> list[date]:
    entries = [entry.at for entry in record if entry.entry == _ENTRY[on.after]]
    return sorted({local_day(at, zones) + timedelta(days=on.days) for at in entries})
