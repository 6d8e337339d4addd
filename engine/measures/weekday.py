"""The local weekday of the instant itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.measures.comparison import Comparison
from engine.measures.histories import SHIFT, Bools, Histories, Keys
from engine.measures.local_days import local_days, midnights, weekdays
from engine.measures.measure import Measure
from engine.measures.ragged import ranges
from engine.measures.window import Places, no_places
from engine.model.on_call import DAY_NAMES

WEEKDAYS: tuple[str, ...] = DAY_NAMES


@dataclass(frozen=True, slots=True)
class Weekday(Measure):
    """The weekday where the client lives; beyond the histories' horizon it stays as it is there.

    Otherwise the truth of a rule would change every week for ever, and a replay would have no end.
    """

    def instants(self, histories: Histories, comparison: Comparison) -> list[Keys]:
        return [histories.remember("midnights", lambda: _midnights(histories))]

    def _weekdays(self, histories: Histories, keys: Keys) -> Keys:
        return weekdays(histories, np.minimum(keys, histories.horizons[keys >> SHIFT]))

    def truth(self, histories: Histories, keys: Keys, comparison: Comparison) -> Bools:
        holds = np.array([comparison.holds(name) for name in WEEKDAYS])
        return holds[self._weekdays(histories, keys)]

    def values(self, histories: Histories, keys: Keys) -> list[str]:
        return [WEEKDAYS[day] for day in self._weekdays(histories, keys).tolist()]

    def places(self, _histories: Histories, keys: Keys) -> list[Places]:
        return no_places(keys)


def _midnights(histories: Histories) -> Keys:
    """Return the key of every local midnight from each client's first entry to their horizon."""
    known = [place for place, client in enumerate(histories.clients) if client.record]
    entered = [histories.clients[place].record[0].at for place in known]
    first = local_days(histories, histories.bases[known] + np.array(entered, np.int64))
    counts = local_days(histories, histories.horizons[known]) + 1 - first
    owners = np.repeat(np.array(known, np.int64), np.maximum(counts, 0))
    return midnights(histories, owners, ranges(first, np.maximum(counts, 0)))
