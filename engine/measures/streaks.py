"""Events in a row: the newest run of matches, and the longest there ever was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.measures import ragged
from engine.measures.comparison import Comparison, Where
from engine.measures.histories import Bools, Histories, Keys, Numbers
from engine.measures.measure import Number
from engine.measures.signal import KindOrSignal
from engine.measures.window import Places, Window, parts_of


@dataclass(frozen=True, slots=True)
class Streak(Number):
    """How many newest events in a row match `where`, among those that match `among`.

    One event that matches `forgiving` counts as a match too if it stands between two that match.
    """

    kind: KindOrSignal
    where: Where
    among: Where
    window: Window
    forgiving: Where | None = None

    def _ranges(self, histories: Histories, keys: Keys) -> tuple[Places, Places, Places]:
        places = self.window.select(histories, self.kind, self.among)
        return places, *self.window.ranges(histories, places, keys)

    def instants(self, histories: Histories, comparison: Comparison) -> list[Keys]:
        places = self.window.select(histories, self.kind, self.among)
        return self.window.instants(histories, places)

    def _matches(self, histories: Histories, places: Places) -> tuple[Bools, Bools]:
        """Return (m,) whether each event matches, and (m,) whether it counts, forgiven ones too."""
        match = histories.payloads.matching(self.where)[histories.payload[places]]
        if self.forgiving is None or len(places) < 3:
            return match, match
        forgiven = histories.payloads.matching(self.forgiving)[histories.payload[places]]
        counts = match.copy()
        counts[1:-1] |= forgiven[1:-1] & match[:-2] & match[2:]
        return match, counts

    def _runs(self, histories: Histories, places: Places) -> tuple[Places, Bools]:
        """Return (m,) the length of the run that ends at each event, and (m,) its match."""

        def find() -> tuple[Places, Bools]:
            match, counts = self._matches(histories, places)
            order = np.arange(1, len(places) + 1)
            broken = np.maximum.accumulate(np.where(counts, 0, order)) if len(places) else order
            # A run ends at a match, so a match must follow each forgiven event. It may reach into
            # the client before; the low end of the window, which never does, cuts it off.
            return np.where(match, order - broken, 0), match

        return histories.remember((self, "runs"), find)

    def numbers(self, histories: Histories, keys: Keys) -> Numbers:
        places, low, high = self._ranges(histories, keys)
        runs, match = self._runs(histories, places)
        runs = np.concatenate(([0], runs))[high]
        size = high - low
        # If the window cuts a run at a forgiven event, that one does not stand between two matches.
        cut = (runs >= size) & (size > 0) & ~np.append(match, True)[low]
        return (np.minimum(runs, size) - cut).astype(float)

    def places(self, histories: Histories, keys: Keys) -> list[Places]:
        places, _, high = self._ranges(histories, keys)
        run = self.numbers(histories, keys).astype(np.intp)
        return self.window.behind(histories, parts_of(places, high - run, high), keys)


@dataclass(frozen=True, slots=True)
class LongestStreak(Streak):
    """The most events in a row that match, of those in the window."""

    def numbers(self, histories: Histories, keys: Keys) -> Numbers:
        places, low, high = self._ranges(histories, keys)
        match, counts = self._matches(histories, places)
        longest = ragged.reduce_windows(ragged.longest_run, low, high, match, counts)
        return np.where(high > low, longest, 0)

    def places(self, histories: Histories, keys: Keys) -> list[Places]:
        held = parts_of(*self._ranges(histories, keys))
        return self.window.behind(histories, held, keys)
