"""Measures that count events: count, days_with, share, sequence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.measures.comparison import ANY, Comparison, Where
from engine.measures.histories import Bools, Histories, Keys, Numbers
from engine.measures.local_days import local_days
from engine.measures.measure import Number
from engine.measures.ranks import ranks
from engine.measures.signal import KindOrSignal
from engine.measures.step_functions import crossings, merged
from engine.measures.window import Places, Window, parts_of


def _sums(flags: Bools) -> Places:
    """Return (n + 1,) how many flags stand before each place, and in all."""
    return np.concatenate(([0], np.cumsum(flags)))


@dataclass(frozen=True, slots=True)
class Count(Number):
    """The number of matching events in the window, or among the last N of the kind."""

    kind: KindOrSignal
    where: Where
    window: Window

    def instants(self, histories: Histories, comparison: Comparison) -> list[Keys]:
        if not self.window.only_within:
            return self.changes(histories)
        assert self.window.within is not None
        watched = self.window.select(histories, self.kind, self.where)
        return crossings(
            *self._stretches(histories, watched), self.window.within, comparison.turns()
        )

    def changes(self, histories: Histories) -> list[Keys]:
        pooled = self.window.last is not None or self.window.first is not None
        watched = self.window.select(histories, self.kind, ANY if pooled else self.where)
        return self.window.instants(histories, watched)

    def _stretches(self, histories: Histories, places: Places) -> tuple[Keys, Keys]:
        """Return the first and the last key of each stretch that counts as one event.

        It counts while any event of it is in the window.
        """
        keys = histories.key[places]
        return keys, keys

    def _ranges(self, histories: Histories, keys: Keys) -> tuple[Places, Places, Places]:
        places = self.window.select(histories, self.kind, self.where)
        pool = self.window.select(histories, self.kind)
        return places, *self.window.ranges(histories, places, keys, pool)

    def numbers(self, histories: Histories, keys: Keys) -> Numbers:
        _, low, high = self._ranges(histories, keys)
        return (high - low).astype(float)

    def places(self, histories: Histories, keys: Keys) -> list[Places]:
        held = parts_of(*self._ranges(histories, keys))
        return self.window.behind(histories, held, keys)


@dataclass(frozen=True, slots=True)
class DaysWith(Count):
    """The number of distinct local days on which matching events of the window fall."""

    def numbers(self, histories: Histories, keys: Keys) -> Numbers:
        places, low, high = self._ranges(histories, keys)
        begun = _sums(self._new_day(histories, places))
        filled = high > low
        # The first event of the window begins a day of it, even if an earlier one fell on that day.
        return np.where(
            filled, begun[high] - begun[np.minimum(low + 1, len(places))] + 1, 0
        ).astype(float)

    def _stretches(self, histories: Histories, places: Places) -> tuple[Keys, Keys]:
        assert self.window.within is not None
        keys, begins = histories.key[places], self._new_day(histories, places)
        # A day counts again if its events leave the window one by one.
        begins[1:] |= keys[1:] - keys[:-1] >= self.window.within
        return keys[begins], keys[np.append(begins[1:], True)] if len(keys) else keys

    def _new_day(self, histories: Histories, places: Places) -> Bools:
        """Return whether each event falls on another day than the one before it.

        The answer for a client's first event does not matter.
        """
        days = histories.remember(
            (self, "days"), lambda: local_days(histories, histories.key[places])
        )
        new = np.ones(len(places), bool)
        new[1:] = days[1:] != days[:-1]
        return new


@dataclass(frozen=True, slots=True)
class Share(Number):
    """The percentage of the events matching `of` that match `where` too.

    It has no value with fewer than `least` events that match `of`.
    """

    kind: KindOrSignal
    where: Where
    of: Where
    window: Window
    least: int = 1

    def _ranges(self, histories: Histories, keys: Keys) -> tuple[Places, Places, Places]:
        places = self.window.select(histories, self.kind, self.of)
        return places, *self.window.ranges(histories, places, keys)

    def instants(self, histories: Histories, comparison: Comparison) -> list[Keys]:
        return self.window.instants(histories, self.window.select(histories, self.kind, self.of))

    def numbers(self, histories: Histories, keys: Keys) -> Numbers:
        places, low, high = self._ranges(histories, keys)
        hits = _sums(histories.payloads.matching(self.where)[histories.payload[places]])
        size = high - low
        percent = np.full(len(keys), np.nan)
        known = size >= max(1, self.least)
        percent[known] = 100.0 * (hits[high] - hits[low])[known] / size[known]
        return percent

    def places(self, histories: Histories, keys: Keys) -> list[Places]:
        held = parts_of(*self._ranges(histories, keys))
        return self.window.behind(histories, held, keys)


@dataclass(frozen=True, slots=True)
class Sequence(Number):
    """How often, inside the window, an event of the second sort followed one of the first.

    Each first event counts once, with the earliest later second event, unless another first event
    comes between.
    """

    first: tuple[KindOrSignal, Where]
    second: tuple[KindOrSignal, Where]
    window: Window

    def _pairs(self, histories: Histories) -> tuple[Places, Places]:
        """Return the places of the first and second events of each pair; both ascend."""

        def find() -> tuple[Places, Places]:
            firsts = self.window.select(histories, *self.first)
            seconds = self.window.select(histories, *self.second)
            before = ranks(histories.key[firsts], histories.key[seconds], "left") - 1
            chosen = before >= 0
            chosen[1:] &= before[1:] != before[:-1]
            # A pair of two clients' events is in the reach of neither client.
            return firsts[before[chosen]], seconds[chosen]

        return histories.remember((self, "pairs"), find)

    def _either(self, histories: Histories) -> Places:
        return histories.remember(
            (self, "either"),
            lambda: merged(
                [self.window.select(histories, *part) for part in (self.first, self.second)]
            ),
        )

    def _ranges(self, histories: Histories, keys: Keys) -> tuple[Places, Places]:
        """Return the pairs whose first event is in the window and whose second has come."""
        firsts, seconds = self._pairs(histories)
        either = self._either(histories)
        low, _ = self.window.ranges(histories, firsts, keys, either)
        _, high = self.window.ranges(histories, seconds, keys, either)
        return low, np.maximum(low, high)

    def instants(self, histories: Histories, comparison: Comparison) -> list[Keys]:
        return self.window.instants(histories, self._either(histories))

    def numbers(self, histories: Histories, keys: Keys) -> Numbers:
        low, high = self._ranges(histories, keys)
        return (high - low).astype(float)

    def places(self, histories: Histories, keys: Keys) -> list[Places]:
        low, high = self._ranges(histories, keys)
        firsts, seconds = (parts_of(part, low, high) for part in self._pairs(histories))
        return list(map(np.union1d, firsts, seconds))
