"""Which services came before better outcomes, within strata; it describes and proves nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from engine.measures.histories import SHIFT, Histories
from engine.model.instant import DAY_US, Instant
from engine.rulebook.core.figures import Figure, WeeksUntil
from engine.studies.service_report import ServiceUse
from engine.studies.stratified import Stratum

# Services count until this week. Who was lost by then had no time to use them.
LANDMARK = 4
# The outcome is whether a client was still in care in this week.
HORIZON = 12
_WEEK_US = 7 * DAY_US
_COHORT_WEEKS = 52


class ServicesBefore:
    """Collects clients who enrolled in the year that ended HORIZON weeks before an instant."""

    def __init__(self, figures: Sequence[Figure], until: Instant) -> None:
        """Choose the figures.

        Args:
            figures: The figures of the rule files. The first one about retention is the outcome.
            until: The instant up to which data are known.
        """
        self._services = [one for one in figures if one.report == "service"]
        self._strata = [one for one in figures if one.report == "stratum"]
        stays = [
            one for one in figures if one.report == "retention" and isinstance(one.of, WeeksUntil)
        ]
        self._stay = stays[0] if stays else None
        self._until = until
        self._counts: dict[str, dict[tuple[object, ...], list[int]]] = {
            one.title: defaultdict(lambda: [0, 0, 0, 0]) for one in self._services
        }
        self._unknown = 0

    @property
    def outcome(self) -> str:
        """The title of the outcome's figure; empty if there is none."""
        return self._stay.title if self._stay else ""

    def add(self, histories: Histories) -> None:
        """Add the clients of a batch."""
        if self._stay is None:
            return
        keys, _ = histories.record("enrolled")
        at = keys & ((1 << SHIFT) - 1)
        newest = self._until - HORIZON * _WEEK_US
        among = keys[(at <= newest) & (at > newest - _COHORT_WEEKS * _WEEK_US)]
        owners, first = np.unique(among >> SHIFT, return_index=True)
        begins = among[first]
        weeks, left = self._stay.stays(histories, begins, histories.bases[owners] + self._until)
        strata = [list(one.values(histories, self._until)) for one in self._strata]
        used = {one.title: list(one.values(histories, self._until)) for one in self._services}
        for place, week, gone in zip(owners.tolist(), weeks.tolist(), left.tolist(), strict=True):
            if week <= LANDMARK:
                continue
            if week < HORIZON and not gone:
                self._unknown += 1
                continue
            stratum = tuple(values[place] for values in strata)
            for title, values in used.items():
                counts = self._counts[title][stratum]
                column = 0 if values[place] else 2
                counts[column] += week >= HORIZON
                counts[column + 1] += 1

    def found(self) -> tuple[ServiceUse, ...]:
        """Return each service with the clients who used it and who did not, by stratum."""
        if self._stay is None:
            return ()
        return tuple(
            ServiceUse(title, tuple(Stratum(*counts) for counts in strata.values()), self._unknown)
            for title, strata in self._counts.items()
        )
