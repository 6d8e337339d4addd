"""On call: whose shift it is in a rotation, and when it is handed over; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.model.instant import DAY_US, Instant
from engine.model.local_time import WallClock
from engine.model.on_call import Override, Rotation

WEEK_US = 7 * DAY_US


@dataclass(frozen=True, slots=True)
class Shift:
    """A period in which one person is on call; before a rotation's first hand-over no person is."""

    rotation: str
    staff: str | None  # their ref
    began: Instant  # microseconds since 1970
    ended: Instant
    override: int | None = None  # the id of the override that it comes from


def on_call(rotation: Rotation, overrides: Iterable[Override], at: Instant) -> str | None:
    """The ref of the person on call at an instant; None if no person is."""
    return _shift(rotation, overrides, _Weeks(rotation), at, at + 1).staff


def shifts(
    rotation: Rotation, overrides: Sequence[Override], since: Instant, until: Instant
) -> list[Shift]:
    """The shifts that overlap [since, until), one after the other, without a gap between them.

    Each is whole: the first may have begun before, the last may end later.
    """
    weeks = _Weeks(rotation)
    own = [one for one in overrides if one.rotation == rotation.name]
    first = min([since, *(one.began for one in own)])
    last = max([until, *(one.ended for one in own)])
    edges = {weeks.begins(week) for week in range(weeks.at(first), weeks.at(last) + 2)}
    edges |= {edge for one in own for edge in (one.began, one.ended)}
    found: list[Shift] = []
    for began, ended in pairwise(sorted(edges)):
        shift = _shift(rotation, own, weeks, began, ended)
        if found and shift.override is not None and shift.override == found[-1].override:
            shift = _shift(rotation, own, weeks, found.pop().began, ended)
        found.append(shift)
    return [shift for shift in found if shift.began < until and since < shift.ended]


class _Weeks:
    """The weeks of a rotation, numbered from its first hand-over; earlier weeks are negative."""

    def __init__(self, rotation: Rotation) -> None:
        assert rotation.timezone is not None
        self._clock = WallClock(rotation.timezone)
        self._first = rotation.first_handover

    def begins(self, week: int) -> Instant:
        """When a week begins by the local clock; a week of a clock change is shorter or longer."""
        return self._clock[self._first + week * WEEK_US]

    def at(self, at: Instant) -> int:
        week = (at - self.begins(0)) // WEEK_US
        while self.begins(week) > at:
            week -= 1
        while self.begins(week + 1) <= at:
            week += 1
        return week


def _shift(
    rotation: Rotation, overrides: Iterable[Override], weeks: _Weeks, began: Instant, ended: Instant
) -> Shift:
    there = [
        one for one in overrides if one.rotation == rotation.name and one.began <= began < one.ended
    ]
    if there:
        newest = max(there, key=lambda one: one.id)
        return Shift(rotation.name, newest.staff, began, ended, newest.id)
    week = weeks.at(began)
    staff = rotation.staff[week % len(rotation.staff)] if week >= 0 else None
    return Shift(rotation.name, staff, began, ended)
