"""Windows: which of a selection of events a measure looks at, as of each instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.measures.histories import SHIFT, Histories, Keys
from engine.measures.local_days import local_days, midnight
from engine.measures.step_functions import run_out
from engine.model.duration import Duration

Places = NDArray[np.intp]
_NEVER = (1 << SHIFT) - 1


@dataclass(frozen=True, slots=True)
class Starting:
    """Ignore what happened before the local midnight that begins the day `days` after enrolment or discharge."""

    days: int
    after: Literal["enrolled", "discharged"]

    def floors(self, histories: Histories, keys: Keys) -> Keys:
        """The key from which events count, as of each key; beyond all instants where there was no such day yet."""
        changes, starts = self._starts(histories)
        bases = keys >> SHIFT << SHIFT
        found = changes.searchsorted(keys, "right") - 1
        known = found >= 0
        known[known] = changes[found[known]] >= bases[known]
        floors = bases + _NEVER
        floors[known] = starts[found[known]]
        return floors

    def instants(self, histories: Histories) -> Keys:
        """The keys at which the floors change."""
        return self._starts(histories)[0]

    def _starts(self, histories: Histories) -> tuple[Keys, Keys]:
        def find() -> tuple[Keys, Keys]:
            changes, _ = histories.record(self.after)
            days = local_days(histories, changes) + self.days
            owners = histories.owners(changes)
            begins = [
                midnight(histories.clients[owner].timezone, day)
                for owner, day in zip(owners.tolist(), days.tolist(), strict=True)
            ]
            return changes, histories.bases[owners] + np.array(begins, np.int64)

        return histories.remember(self, find)


@dataclass(frozen=True, slots=True)
class Window:
    """The events of (t - within, t], or the last N of a pool; neither means all so far."""

    within: Duration | None = None
    last: int | None = None
    starting: Starting | None = None

    def instants(self, histories: Histories, places: Places) -> list[Keys]:
        """The keys at which what the window holds of these events can change."""
        keys = histories.key[places]
        parts = [keys]
        if self.within is not None:
            parts.append(keys + self.within)
        if self.starting:
            parts.append(self.starting.instants(histories))
        return parts

    def newest(self, histories: Histories, places: Places) -> list[Keys]:
        """The keys at which the newest of these events that the window holds can change."""
        keys = histories.key[places]
        parts = [keys]
        if self.within is not None:
            parts.append(run_out(keys, self.within))
        if self.starting:
            parts.append(self.starting.instants(histories))
        return parts

    def ranges(
        self, histories: Histories, places: Places, keys: Keys, pool: Places | None = None
    ) -> tuple[Places, Places]:
        """For each key the [low, high) of the selection `places` that the window holds.

        `last` counts among `pool` (default: the selection itself), of which the selection must be a part.
        """
        chosen = histories.key[places]
        high = chosen.searchsorted(keys, "right")
        bounds = (keys >> SHIFT << SHIFT) - 1
        if self.within is not None:
            bounds = np.maximum(bounds, keys - self.within)
        if self.starting:
            bounds = np.maximum(bounds, self.starting.floors(histories, keys) - 1)
        low = np.minimum(chosen.searchsorted(bounds, "right"), high)
        if self.last is not None:
            low = np.maximum(
                low, self._last(histories, places, keys, places if pool is None else pool)
            )
        return low, high

    def _last(self, histories: Histories, places: Places, keys: Keys, pool: Places) -> Places:
        assert self.last is not None
        from_pool = histories.key[pool].searchsorted(keys, "right") - self.last
        if pool is places:
            return from_pool
        first = np.where(from_pool > 0, pool[np.maximum(from_pool, 0)] if len(pool) else 0, 0)
        found: Places = places.searchsorted(first, "left")
        return np.minimum(found, histories.key[places].searchsorted(keys, "right"))
