"""Windows: the events of a selection that a measure looks at, as of each instant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.measures.comparison import ANY, Where
from engine.measures.histories import SHIFT, Histories, Keys
from engine.measures.local_days import local_days, midnights, weekdays
from engine.measures.ranks import ranks
from engine.measures.signal import KindOrSignal
from engine.measures.step_functions import run_out
from engine.model.duration import Duration

Places = NDArray[np.intp]
_NEVER = (1 << SHIFT) - 1


def no_places(keys: Keys) -> list[Places]:
    """Return no places as of each key."""
    return [np.empty(0, np.intp)] * len(keys)


def parts_of(places: Places, low: Places, high: Places) -> list[Places]:
    """Return places[low:high) for each of (n,) low and (n,) high."""
    return [places[begin:end] for begin, end in zip(low.tolist(), high.tolist(), strict=True)]


@dataclass(frozen=True, slots=True)
class DayAfter:
    """The local midnight that begins the day `days` after enrolment or discharge."""

    days: int
    after: Literal["enrolled", "discharged"]

    def floors(self, histories: Histories, keys: Keys) -> Keys:
        """Return (n,) the key of that midnight as of each of (n,) keys.

        It lies beyond all instants while there is no such day.
        """
        changes, starts = self._starts(histories)
        bases = keys >> SHIFT << SHIFT
        found = ranks(changes, keys) - 1
        known = found >= 0
        known[known] = changes[found[known]] >= bases[known]
        floors = bases + _NEVER
        floors[known] = starts[found[known]]
        return floors

    def instants(self, histories: Histories) -> Keys:
        """Return the keys at which the floors change."""
        return self._starts(histories)[0]

    def _starts(self, histories: Histories) -> tuple[Keys, Keys]:
        def find() -> tuple[Keys, Keys]:
            changes, _ = histories.record(self.after)
            days = local_days(histories, changes) + self.days
            return changes, midnights(histories, histories.owners(changes), days)

        return histories.remember(self, find)


@dataclass(frozen=True, slots=True)
class Window:
    """The events that a measure looks at; without any limit, all so far.

    Attributes:
        within: Those of (t - within, t].
        starting: Those from this day on.
        until: Those before this day.
        up_to: Those up to the newest event of a kind that meets a demand.
        on: Those of these local weekdays (0 is Monday).
        last: The last of a pool, this many, after the other limits.
        first: The first of a pool, this many, after the other limits.
    """

    within: Duration | None = None
    last: int | None = None
    starting: DayAfter | None = None
    first: int | None = None
    until: DayAfter | None = None
    up_to: tuple[KindOrSignal, Where] | None = None
    on: tuple[int, ...] = ()

    @property
    def only_within(self) -> bool:
        """Whether the window depends on the age of the events alone."""
        others = (self.last, self.starting, self.first, self.until, self.up_to)
        return self.within is not None and all(limit is None for limit in others)

    def select(
        self,
        histories: Histories,
        kind: KindOrSignal,
        where: Where = ANY,
        carrying: str | None = None,
    ) -> Places:
        """Return the places of the events that meet a demand, on the weekdays of the window."""
        places = histories.select(kind, where, carrying)
        if not self.on:
            return places
        return histories.remember(
            (kind, where, carrying, self.on),
            lambda: places[np.isin(weekdays(histories, histories.key[places]), self.on)],
        )

    def instants(self, histories: Histories, places: Places) -> list[Keys]:
        """Return the keys at which the window's part of these events can change."""
        keys = histories.key[places]
        parts = [keys]
        if self.within is not None:
            parts.append(keys + self.within)
        parts += [day.instants(histories) for day in (self.starting, self.until) if day]
        if self.up_to is not None:
            parts.append(histories.key[self.select(histories, *self.up_to)])
        return parts

    def newest(self, histories: Histories, places: Places) -> list[Keys]:
        """Return the keys at which the newest of these events in the window can change."""
        if self.within is None or self.until or self.up_to or self.first:
            return self.instants(histories, places)
        keys = histories.key[places]
        parts = [keys, run_out(keys, self.within)]
        return parts + ([self.starting.instants(histories)] if self.starting else [])

    def ranges(
        self, histories: Histories, places: Places, keys: Keys, pool: Places | None = None
    ) -> tuple[Places, Places]:
        """Find the window's part of a selection as of each key.

        Args:
            histories: The batch.
            places: (m,) the selection, ascending.
            keys: (n,) the keys at which the selection is computed.
            pool: The places among which `last` and `first` count, which include the selection; None
                for the selection itself.

        Returns:
            (n,) low and (n,) high: the window holds `places[low:high]` as of each key.
        """
        low, high = self._limits(histories, places, keys)
        if self.last is None and self.first is None:
            return low, high
        pool = places if pool is None else pool
        begin, end = self._limits(histories, pool, keys)
        if self.last is not None:
            begin = np.maximum(begin, end - self.last)
        if self.first is not None:
            end = np.minimum(end, begin + self.first)
        if pool is places:
            return begin, end
        # The beginning and end of the pool's part in the selection.
        edges = np.append(pool, len(histories.key))
        low = np.maximum(low, ranks(places, edges[begin], "left"))
        high = np.minimum(high, ranks(places, edges[end], "left"))
        return np.minimum(low, high), high

    def behind(self, histories: Histories, held: list[Places], keys: Keys) -> list[Places]:
        """Return the places that the window holds as of each key, with the event that ends it.

        Without the newest event that fits `up_to`, the window would hold others or none.
        """
        if self.up_to is None:
            return held
        ends = self.select(histories, *self.up_to)
        limits = replace(self, up_to=None, last=None, first=None)
        low, high = limits.ranges(histories, ends, keys)
        newest = parts_of(ends, np.maximum(low, high - 1), high)
        return [
            np.union1d(own, end) if len(own) else own for own, end in zip(held, newest, strict=True)
        ]

    def _limits(self, histories: Histories, places: Places, keys: Keys) -> tuple[Places, Places]:
        """Return the part of a selection that all limits but `last` and `first` leave, by key."""
        chosen = histories.key.take(places)
        ceilings = keys
        if self.until:
            ceilings = np.minimum(ceilings, self.until.floors(histories, keys) - 1)
        high = ranks(chosen, ceilings)
        if self.up_to is not None:
            ends = self.select(histories, *self.up_to)
            newest = ranks(histories.key[ends], ceilings)
            # Just after the newest such event; before everything where there is none.
            after = np.append(0, ends + 1)[newest]
            high = np.minimum(high, ranks(places, after, "left"))
        return np.minimum(self._begins(histories, chosen, keys), high), high

    def _begins(self, histories: Histories, chosen: Keys, keys: Keys) -> Places:
        """How many of the chosen keys, ascending, come before the window as of each key."""
        owners = keys >> SHIFT
        if self.within is None and not self.starting:
            return chosen.searchsorted(histories.bases)[owners]
        floors = (owners << SHIFT) - 1
        if self.within is not None:
            floors = np.maximum(floors, keys - self.within)
        if self.starting:
            floors = np.maximum(floors, self.starting.floors(histories, keys) - 1)
        return ranks(chosen, floors)
