"""Elapsed time: since an event, or since a day of the client's record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.measures.comparison import Comparison, Where
from engine.measures.histories import SHIFT, Bools, Histories, Keys, Numbers
from engine.measures.local_days import local_days, midnights
from engine.measures.measure import Measure, Number
from engine.measures.ranks import ranks
from engine.measures.signal import KindOrSignal
from engine.measures.step_functions import ending_gaps, run_out
from engine.measures.window import DayAfter, Places, Window, no_places, parts_of
from engine.model.field_reading import read_number
from engine.model.instant import DAY_US


@dataclass(frozen=True, slots=True)
class TimeSinceEvent(Number):
    """The microseconds since the newest matching event, or else since enrolment.

    With `starting` and no event from that day on, they count from that day.
    """

    kind: KindOrSignal
    where: Where
    starting: DayAfter | None = None

    def _since(self, histories: Histories, keys: Keys) -> Keys:
        """Return the key from which time counts, as of each key.

        It lies beyond all instants until time begins to count.
        """
        places = histories.select(self.kind, self.where)
        low, high = Window(starting=self.starting).ranges(histories, places, keys)
        since = (self.starting or _ENROLMENT).floors(histories, keys)
        known = high > low
        since[known] = histories.key[places[high[known] - 1]]
        return since

    def _beginnings(self, histories: Histories) -> list[Keys]:
        start = self.starting or _ENROLMENT
        changes = start.instants(histories)
        return [changes, np.sort(start.floors(histories, changes))]

    def instants(self, histories: Histories, comparison: Comparison) -> list[Keys]:
        keys, turns = histories.key[histories.select(self.kind, self.where)], comparison.turns()
        begins = self._beginnings(histories)
        reached = [begin + duration for begin in begins for duration in turns]
        reached += [run_out(keys, duration) for duration in turns]
        # Before the first duration has gone by, the truth stays as it was.
        return [ending_gaps(keys, min(turns, default=0)), *begins, *reached]

    def numbers(self, histories: Histories, keys: Keys) -> Numbers:
        elapsed = (keys - self._since(histories, keys)).astype(float)
        return np.where(elapsed >= 0, elapsed, np.nan)

    def places(self, histories: Histories, keys: Keys) -> list[Places]:
        places = histories.select(self.kind, self.where)
        low, high = Window(starting=self.starting).ranges(histories, places, keys)
        return parts_of(places, np.maximum(low, high - 1), high)


@dataclass(frozen=True, slots=True)
class _SinceEnrolment(DayAfter):
    """The instant of enrolment itself, not the midnight before it."""

    days: int = 0
    after: Literal["enrolled", "discharged"] = "enrolled"

    def _starts(self, histories: Histories) -> tuple[Keys, Keys]:
        changes, _ = histories.record("enrolled")
        return changes, changes


_ENROLMENT = _SinceEnrolment()


@dataclass(frozen=True, slots=True)
class TimeSinceDay(Number):
    """The local days of 24 hours since the latest enrolment or discharge."""

    since: Literal["enrolled", "discharged"]

    def instants(self, histories: Histories, comparison: Comparison) -> list[Keys]:
        changes, _ = histories.record(self.since)
        owners, days = histories.owners(changes), local_days(histories, changes)
        wanted = {-(-duration // DAY_US) for duration in comparison.turns()}
        return [changes, *(midnights(histories, owners, days + later) for later in wanted)]

    def numbers(self, histories: Histories, keys: Keys) -> Numbers:
        changes, _ = histories.record(self.since)
        found = ranks(changes, keys) - 1
        known = found >= 0
        known[known] = changes[found[known]] >> SHIFT == keys[known] >> SHIFT
        elapsed = np.full(len(keys), np.nan)
        days = local_days(histories, keys[known]) - local_days(histories, changes)[found[known]]
        elapsed[known] = days * float(DAY_US)
        return elapsed

    def places(self, _histories: Histories, keys: Keys) -> list[Places]:
        return no_places(keys)


@dataclass(frozen=True, slots=True)
class ClientAttribute(Measure):
    """An attribute of the client's record as it was at the time."""

    name: str

    def instants(self, histories: Histories, comparison: Comparison) -> list[Keys]:
        return [histories.record(self.name)[0]]

    def values(self, histories: Histories, keys: Keys) -> list[str | None]:
        changes, values = histories.record(self.name)
        found = ranks(changes, keys) - 1
        owners = histories.owners(changes)
        return [
            values[at] if at >= 0 and owners[at] == owner else None
            for at, owner in zip(found.tolist(), (keys >> SHIFT).tolist(), strict=True)
        ]

    def truth(self, histories: Histories, keys: Keys, comparison: Comparison) -> Bools:
        ordered = comparison.operator in {"at_least", "at_most", "more_than", "less_than"}
        values = self.values(histories, keys)
        return np.array(
            [comparison.holds(_number(value) if ordered else value) for value in values], bool
        )

    def places(self, _histories: Histories, keys: Keys) -> list[Places]:
        return no_places(keys)


def _number(value: str | None) -> float | None:
    try:
        return None if value is None else read_number(value)
    except ValueError:
        return None
