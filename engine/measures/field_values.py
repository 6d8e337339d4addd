"""Measures on a field's values: latest, average, median, lowest, highest, total, trend, change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from engine.measures import ragged
from engine.measures.comparison import Comparison, Where
from engine.measures.histories import Bools, Histories, Keys, Numbers
from engine.measures.measure import Measure, Number
from engine.measures.ranks import ranks
from engine.measures.signal import KindOrSignal
from engine.measures.window import Places, Window, no_places, parts_of
from engine.model.duration import Duration
from engine.model.event import Value

StatisticName = Literal["average", "median", "lowest", "highest", "total"]
_OF_WINDOWS: Mapping[StatisticName, Callable[[Places, Places, Numbers], Numbers]] = {
    "average": partial(ragged.reduce_windows, ragged.average),
    "median": ragged.medians,
    "lowest": partial(ragged.reduce_windows, ragged.lowest),
    "highest": partial(ragged.reduce_windows, ragged.highest),
    "total": partial(ragged.reduce_windows, ragged.total),
}


@dataclass(frozen=True, slots=True)
class Scores:
    """The worth of each word of a field, if a number is needed; words not named are worth 0."""

    name: str
    worth: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Latest(Measure):
    """The field's value in the newest matching event that has one, if the window holds it."""

    kind: KindOrSignal
    field: str
    where: Where
    window: Window

    def newest(self, histories: Histories, keys: Keys) -> tuple[Bools, Places]:
        """Return whether there is such an event as of each key, and the places of these events."""
        places = self.window.select(histories, self.kind, self.where, self.field)
        low, high = self.window.ranges(histories, places, keys)
        known = high > low
        return known, places[high[known] - 1]

    def instants(self, histories: Histories, comparison: Comparison) -> list[Keys]:
        return self.window.newest(
            histories, self.window.select(histories, self.kind, self.where, self.field)
        )

    def truth(self, histories: Histories, keys: Keys, comparison: Comparison) -> Bools:
        known, newest = self.newest(histories, keys)
        wanted = Where(((self.field, comparison),))
        truth = np.zeros(len(keys), bool)
        truth[known] = histories.payloads.matching(wanted)[histories.payload[newest]]
        return truth

    def values(self, histories: Histories, keys: Keys) -> list[Value | None]:
        known, newest = self.newest(histories, keys)
        values: list[Value | None] = [None] * len(keys)
        contents = histories.payload[newest].tolist()
        for place, content in zip(np.flatnonzero(known).tolist(), contents, strict=True):
            values[place] = histories.payloads.fields[content][self.field]
        return values

    def places(self, histories: Histories, keys: Keys) -> list[Places]:
        known, newest = self.newest(histories, keys)
        high = np.cumsum(known, dtype=np.intp)
        held = parts_of(newest, high - known, high)
        return self.window.behind(histories, held, keys)


@dataclass(frozen=True, slots=True)
class _OverWindow(Number):
    """The common part of statistics over the field's values in a window."""

    kind: KindOrSignal
    field: str
    where: Where
    window: Window
    scores: Scores | None = None  # the worth of each word; None for a number

    def _values(self, histories: Histories, places: Places) -> Numbers:
        if self.scores is None:
            return histories.numbers(places, self.field)
        return histories.payloads.worth(self.field, self.scores.worth)[histories.payload[places]]

    def _ranges(self, histories: Histories, keys: Keys) -> tuple[Places, Places, Places]:
        places = self.window.select(histories, self.kind, self.where, self.field)
        return places, *self.window.ranges(histories, places, keys)

    def instants(self, histories: Histories, comparison: Comparison) -> list[Keys]:
        return self.window.instants(
            histories, self.window.select(histories, self.kind, self.where, self.field)
        )

    def places(self, histories: Histories, keys: Keys) -> list[Places]:
        held = parts_of(*self._ranges(histories, keys))
        return self.window.behind(histories, held, keys)


@dataclass(frozen=True, slots=True)
class Statistic(_OverWindow):
    """The average, median, lowest, highest or total of the field's values in the window."""

    name: StatisticName = "average"

    def numbers(self, histories: Histories, keys: Keys) -> Numbers:
        places, low, high = self._ranges(histories, keys)
        return _OF_WINDOWS[self.name](low, high, self._values(histories, places))


@dataclass(frozen=True, slots=True)
class Trend(_OverWindow):
    """The least-squares slope a day of the field's values in the window.

    It has no value if all fall on one instant.
    """

    def numbers(self, histories: Histories, keys: Keys) -> Numbers:
        places, low, high = self._ranges(histories, keys)
        columns = self._values(histories, places), histories.key[places]
        return ragged.reduce_windows(ragged.slope, low, high, *columns)


@dataclass(frozen=True, slots=True)
class Change(Number):
    """The newest value less the median of the client's own values in the `baseline` before it."""

    kind: KindOrSignal
    field: str
    where: Where
    baseline: Duration  # microseconds
    window: Window  # how long the newest value stays the newest

    def _baselines(
        self, histories: Histories, places: Places, newest: Places, keys: Keys
    ) -> tuple[Places, Places]:
        """Return the [low, high) of the earlier values to compare with, as of each key."""
        chosen = histories.key.take(places)
        at = chosen.take(newest)
        bounds = at - self.baseline
        if self.window.starting:
            bounds = np.maximum(bounds, self.window.starting.floors(histories, keys) - 1)
        # Strictly before: values of the same instant are not a baseline for one another.
        high = ranks(chosen, at, "left")
        return np.minimum(ranks(chosen, bounds), high), high

    def instants(self, histories: Histories, comparison: Comparison) -> list[Keys]:
        return self.window.newest(
            histories, self.window.select(histories, self.kind, self.where, self.field)
        )

    def numbers(self, histories: Histories, keys: Keys) -> Numbers:
        places = self.window.select(histories, self.kind, self.where, self.field)
        low, high = self.window.ranges(histories, places, keys)
        known = high > low
        newest = high[known] - 1
        values = histories.numbers(places, self.field)
        usual = ragged.medians(*self._baselines(histories, places, newest, keys[known]), values)
        numbers = np.full(len(keys), np.nan)
        numbers[known] = values[newest] - usual
        return numbers

    def places(self, histories: Histories, keys: Keys) -> list[Places]:
        places = self.window.select(histories, self.kind, self.where, self.field)
        low, high = self.window.ranges(histories, places, keys)
        known, held = high > low, no_places(keys)
        newest = high[known] - 1
        usual = parts_of(places, *self._baselines(histories, places, newest, keys[known]))
        for place, before, last in zip(np.flatnonzero(known), usual, newest, strict=True):
            held[place] = np.append(before, places[last])
        return self.window.behind(histories, held, keys)
