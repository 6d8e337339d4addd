"""On call: the shifts of a rotation and their hand-overs; pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from engine.model.instant import DAY_US, Instant
from engine.model.local_time import WallClock
from engine.model.on_call import DAY_NAMES, Override, Rotation

WEEK_DAYS = 7
WEEK_US = WEEK_DAYS * DAY_US
# Days are numbered from 1970-01-01, a Thursday.
_FIRST_WEEKDAY = DAY_NAMES.index("thursday")


@dataclass(frozen=True, slots=True)
class Shift:
    """A period in which one person is on call, or no person.

    No person is on call before a rotation's first hand-over, and outside its hours.
    """

    rotation: str
    staff: str | None  # their ref
    began: Instant  # microseconds since 1970
    ended: Instant
    override: int | None = None  # the id of the override that makes it
    off_hours: bool = False


def on_call(rotation: Rotation, overrides: Iterable[Override], at: Instant) -> str | None:
    """Return the ref of the person on call at an instant; None if no person is."""
    newest = _newest(rotation, overrides, at)
    return newest.staff if newest else _turns(rotation).staff(at)


def covers(rotation: Rotation, overrides: Iterable[Override], at: Instant) -> bool:
    """Return whether an instant lies within a rotation's hours, or within an override of it."""
    return _newest(rotation, overrides, at) is not None or _turns(rotation).within_hours(at)


def shifts(
    rotation: Rotation, overrides: Sequence[Override], since: Instant, until: Instant
) -> list[Shift]:
    """Return the shifts that overlap [since, until), one after the other, without a gap.

    Each shift is whole: the first may have begun before, the last may end later.
    """
    own = [one for one in overrides if one.rotation == rotation.name]
    first = min([since, *(one.began for one in own)])
    last = max([until, *(one.ended for one in own)])
    planned = _turns(rotation).shifts(first, last)
    begins = [one.began for one in planned]
    edges = {*begins, planned[-1].ended, *(edge for one in own for edge in (one.began, one.ended))}
    found: list[Shift] = []
    for began, ended in pairwise(sorted(edges)):
        newest = _newest(rotation, own, began)
        if newest is None:
            plan = planned[bisect_right(begins, began) - 1]
            found.append(replace(plan, began=began, ended=ended))
        else:
            goes_on = found and found[-1].override == newest.id
            from_then = found.pop().began if goes_on else began
            found.append(Shift(rotation.name, newest.staff, from_then, ended, newest.id))
    return [shift for shift in found if shift.began < until and since < shift.ended]


def continued(rotation: Rotation, serving: Rotation | None, at: Instant) -> Rotation:
    """Return a rotation whose list of staff changed, so that the same person stays on call.

    Args:
        rotation: The rotation as it is written now.
        serving: The rotation of that name that served until now, if there is one.
        at: The instant of the change.

    Returns:
        The rotation with the same staff in the same order, begun at another place. The person whose
        turn it is keeps it; if they were taken out, the next person has it. If anything besides the
        staff changed, the rotation is as it is written.
    """
    if serving is None or serving.model_copy(update={"staff": rotation.staff}) != rotation:
        return rotation
    turn, old, new = _turns(serving).at(at), serving.staff, rotation.staff
    if turn < 0:
        return rotation
    if any(new == old[by:] + old[:by] for by in range(len(old))):
        return serving
    after = old[turn % len(old) :] + old[: turn % len(old)]
    there = next((ref for ref in after if ref in new), None)
    if there is None:
        return rotation
    by = (new.index(there) - turn) % len(new)
    return rotation.model_copy(update={"staff": new[by:] + new[:by]})


class _Turns:
    """The hours of a rotation by the day on which they begin, and its turns.

    Turns are numbered from the first hand-over; earlier ones are negative.
    """

    def __init__(self, rotation: Rotation) -> None:
        assert rotation.timezone is not None
        self._rotation = rotation
        self._clock = WallClock(rotation.timezone)
        self._days = {DAY_NAMES.index(day) for day in rotation.on}
        begin = rotation.from_time
        self._begin = rotation.first_handover % DAY_US if begin is None else begin
        end = self._begin if rotation.to_time is None else rotation.to_time
        self._long = (end - self._begin - 1) % DAY_US + 1
        self._first_day = -((self._begin - rotation.first_handover) // DAY_US)

    def staff(self, at: Instant) -> str | None:
        return self._staff(self._day(at)) if self.within_hours(at) else None

    def within_hours(self, at: Instant) -> bool:
        day = self._day(at)
        return self._is_on(day) and at < self._ends(day)

    def at(self, at: Instant) -> int:
        """Return the turn of the hours that began last."""
        return self._turn(self._last_on(self._day(at)))

    def shifts(self, since: Instant, until: Instant) -> list[Shift]:
        """Return shifts without a gap from before `since` until after `until`, both ends whole."""
        first = self._last_on(self._day(since) - WEEK_DAYS)
        days = [day for day in range(first, self._day(until) + 2 * WEEK_DAYS) if self._is_on(day)]
        name, found = self._rotation.name, list[Shift]()
        turn = None
        for day, after in pairwise(days):
            began, ended = self._begins(day), self._ends(day)
            joined = turn == self._turn(day) and found[-1].ended == began
            turn = self._turn(day)
            if began < ended:
                goes_on = joined and not found[-1].off_hours
                from_then = found.pop().began if goes_on else began
                found.append(Shift(name, self._staff(day), from_then, ended))
            if ended < self._begins(after):
                found.append(Shift(name, None, ended, self._begins(after), off_hours=True))
        return found

    def _staff(self, day: int) -> str | None:
        turn, staff = self._turn(day), self._rotation.staff
        return staff[turn % len(staff)] if turn >= 0 else None

    def _turn(self, day: int) -> int:
        if self._rotation.turn == "1 week":
            return (day * DAY_US + self._begin - self._rotation.first_handover) // WEEK_US
        weeks, rest = divmod(day - self._first_day, WEEK_DAYS)
        return weeks * len(self._days) + sum(
            self._is_on(self._first_day + one) for one in range(rest)
        )

    def _begins(self, day: int) -> Instant:
        return self._clock[day * DAY_US + self._begin]

    def _ends(self, day: int) -> Instant:
        # On the night of a clock change, a skipped end may lie after the next beginning.
        return min(self._clock[day * DAY_US + self._begin + self._long], self._begins(day + 1))

    def _is_on(self, day: int) -> bool:
        return (day + _FIRST_WEEKDAY) % WEEK_DAYS in self._days

    def _day(self, at: Instant) -> int:
        """Return the last day of the calendar whose hours would have begun by an instant.

        The rotation may have no hours on that day.
        """
        day = self._first_day + (at - self._begins(self._first_day)) // DAY_US
        while self._begins(day) > at:
            day -= 1
        while self._begins(day + 1) <= at:
            day += 1
        return day

    def _last_on(self, day: int) -> int:
        return next(one for one in range(day, day - WEEK_DAYS, -1) if self._is_on(one))


@lru_cache(maxsize=64)
def _turns(rotation: Rotation) -> _Turns:
    return _Turns(rotation)


def _newest(rotation: Rotation, overrides: Iterable[Override], at: Instant) -> Override | None:
    there = (
        one for one in overrides if one.rotation == rotation.name and one.began <= at < one.ended
    )
    return max(there, key=lambda one: one.id, default=None)
