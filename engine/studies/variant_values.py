"""The alerts of many variants of the same rules, counted for the same clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.model.duration import Duration
from engine.studies.alert_value import Alerts, AlertValue, Measurement
from engine.studies.at_risk import AtRisk
from engine.studies.censoring import Bools, Cohort, Floats
from engine.studies.outcome import CountedAlerts, divided

# By client or in all: the columns of Measurement.counted, then time open and open at the lead.
_ALERTS, _REACHED, _JUDGED, _FOLLOWED = range(4)


class Totals(NamedTuple):
    """The figures of every variant (variants, draws) over weighted clients; NaN if unknown."""

    rate: Floats
    reach: Floats
    precision: Floats


class VariantValues:
    """What the alerts of every variant are worth for the same clients at risk.

    Few clients have other alerts in another variant, so each distinct result of a client is an
    entry, and a variant names one entry for each client.
    """

    def __init__(
        self,
        clients: Sequence[AtRisk],
        groups: Sequence[Mapping[str, str]],
        entries: Sequence[tuple[int, CountedAlerts]],
        entry: NDArray[np.intp],
        times: tuple[Duration, Duration],
        *,
        known_after: bool,
    ) -> None:
        """Count every entry once.

        Args:
            clients: Those at risk.
            groups: By client, the attributes as risk began.
            entries: Each distinct result, with the place of its client.
            entry: By variant and client (variants, n), the place of the entry.
            times: The lead and the horizon.
            known_after: As in `answers`.
        """
        self.cohort = Cohort.of(list(clients))
        self.groups = groups
        self._entries, self._entry = entries, entry
        self.measurement = Measurement(self.cohort, *times, known_after=known_after)
        owner = np.repeat(np.arange(len(entries)), [len(one.told) for _, one in entries])
        client = np.array([place for place, _ in entries], np.intp)
        at = np.array([at for _, one in entries for at in one.told], np.int64)
        counted = self.measurement.counted(owner, client[owner], at, len(entries))
        opened = [(one.open, one.is_open_at_lead) for _, one in entries]
        self._counted = np.column_stack((counted, np.array(opened, float).reshape(-1, 2)))
        self.has_reached = self.cohort.reached >= 0

    @property
    def clients(self) -> int:
        """How many are at risk."""
        return len(self.has_reached)

    @property
    def outcomes(self) -> int:
        """How many of them reached the outcome."""
        return int(self.has_reached.sum())

    @property
    def told(self) -> int:
        """How many alerts people are told of, in all variants together."""
        return sum(len(one.told) for _, one in self._entries)

    def chance_reach(self, rate: float) -> float | None:
        """Return the share of outcomes that random alerts reach at a rate."""
        return self.measurement.chance_reach(rate)

    def totals(self, weights: Floats) -> Totals:
        """Compute the figures of every variant.

        Args:
            weights: By client and draw (n, draws), how often the client counts.
        """
        of = [self._dense(column) @ weights for column in range(4)]
        months, outcomes = self.measurement.months @ weights, self.has_reached @ weights
        with np.errstate(divide="ignore", invalid="ignore"):
            return Totals(
                of[_ALERTS] / months, of[_REACHED] / outcomes, of[_FOLLOWED] / of[_JUDGED]
            )

    def _dense(self, column: int) -> NDArray[np.float32]:
        """One column by variant and client."""
        found: NDArray[np.float32] = self._counted[:, column].astype(np.float32)[self._entry]
        return found

    def of_client(self, variant: int) -> Floats:
        """By client (n, 6), the columns of one variant, as `Measurement.value_of` takes them."""
        found: Floats = self._counted[self._entry[variant]]
        return found

    def value(self, variant: int, among: Bools | None = None) -> AlertValue:
        """Measure one variant as preview does; alerts that tell nobody do not count."""
        chosen = [self._entries[place] for place in self._entry[variant].tolist()]
        told = [(place, at) for place, one in chosen for at in sorted(one.told)]
        client, at = np.array(told, np.int64).reshape(-1, 2).T
        opened = np.array([(one.open, one.is_open_at_lead) for _, one in chosen], float)
        untold = np.zeros(self.clients)
        alerts = Alerts(client, at, True, untold, *opened.reshape(-1, 2).T)
        return self.measurement.value(alerts, among)

    def by_group(self, variant: int) -> dict[tuple[str, str], tuple[int, AlertValue]]:
        """Measure one variant by attribute and value: the clients at risk, and the figures."""
        return {
            name: (int(among.sum()), self.value(variant, among))
            for name, among in divided(self.groups).items()
        }
