"""What alerts are worth as a warning of an outcome, beside random alerts at the same rate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from engine.model.duration import Duration
from engine.model.instant import DAY_US
from engine.studies.censoring import Bools, Cohort, Floats, Instants, Places, answers
from engine.studies.observed_time import MONTH_US
from engine.studies.resampling import Estimate, Resamples, estimate, ratio

# Instants of each client, evenly spread, stand for all of their time at risk: at least so many, and
# more if there are few clients.
_LEAST_INSTANTS, _INSTANTS = 64, 2**17
_LEAST_LIFT = 1.1


class Verdict(StrEnum):
    """How alerts compare with random ones."""

    BETTER = "better than chance"
    BARELY = "barely better than chance"
    UNKNOWN = "cannot be judged"


@dataclass(frozen=True, slots=True)
class AlertValue:
    """The figures of one sort of alert; each stands beside the same of random alerts.

    Attributes:
        alerts: The alerts within the time at risk that count.
        is_told: Whether people were told of these. If not, they count when they begin.
        untold: Alerts that began in that time and told nobody, being quieted or told lately.
        rate: Alerts for each month of a client at risk.
        reach: The share of outcomes with an alert between the horizon and the lead before.
        chance_reach: The same of random alerts at the same rate.
        precision: The share of alerts that the outcome followed within the horizon.
        chance_precision: The same of random alerts.
        lift: `precision` divided by `chance_precision`.
        open: The share of the time at risk in which an alert was open, told or not.
        open_at_lead: The share of outcomes with an alert open at the lead before. By chance it is
            `open`.
        days_before: The median of days from the first alert in the horizon to the outcome.
        chance_days_before: The same of random alerts at the same rate.
    """

    alerts: int
    is_told: bool
    untold: int
    rate: Estimate
    reach: Estimate
    chance_reach: float | None
    precision: Estimate
    chance_precision: float | None
    lift: Estimate
    open: Estimate
    open_at_lead: Estimate
    days_before: float | None
    chance_days_before: float | None

    @property
    def verdict(self) -> Verdict:
        """BARELY if the lift is below 1.1 or its interval reaches down to 1."""
        if self.lift.value is None or self.lift.low is None:
            return Verdict.UNKNOWN
        is_better = self.lift.value >= _LEAST_LIFT and self.lift.low > 1
        return Verdict.BETTER if is_better else Verdict.BARELY


@dataclass(frozen=True, slots=True)
class Alerts:
    """One sort of alert of all clients at risk.

    Attributes:
        client: By alert that counts (m,), the place of its client, ascending.
        at: When people were told, or when it began (m,), ascending for each client.
        is_told: Whether people were told of these.
        untold: By client (n,), alerts that told nobody.
        open: By client (n,), how long an alert was open (microseconds).
        open_at_lead: By client (n,), whether one was open at the lead before the outcome.
    """

    client: Places
    at: Instants
    is_told: bool
    untold: Floats
    open: Floats
    open_at_lead: Floats


class Measurement:
    """Measures one sort of alert after the other over the same clients."""

    def __init__(
        self, cohort: Cohort, lead: Duration, horizon: Duration, *, known_after: bool
    ) -> None:
        """Take the clients at risk; see `answers` on `known_after`."""
        self._cohort, self._lead, self._horizon = cohort, lead, horizon
        self._known_after = known_after
        self._resamples = Resamples(len(cohort.began))
        self._has_reached = cohort.reached >= 0
        time = np.maximum(cohort.ended - cohort.began, 0)
        has_lead = self._has_reached & (cohort.reached - lead >= cohort.began)
        by_chance = self._by_chance(time)
        # By client (n, 6): months, outcomes, outcomes with room for the lead, and time. Then the
        # weights of random alerts: those judged, and those that the outcome followed.
        self._common = np.column_stack(
            (
                (cohort.ended - cohort.began) / MONTH_US,
                self._has_reached,
                has_lead,
                time,
                *by_chance,
            )
        ).astype(float)

    def _by_chance(self, time: Instants) -> tuple[Floats, Floats]:
        """By client (n,), the weights of random alerts: judged, and followed."""
        clients = len(time)
        each = max(_LEAST_INSTANTS, _INSTANTS // max(1, clients))
        steps = (np.arange(each) + 0.5) / each
        at = (self._cohort.began[:, None] + time[:, None] * steps).astype(np.int64).ravel()
        client = np.repeat(np.arange(clients), each)
        found = answers(self._cohort, client, at, self._horizon, known_after=self._known_after)
        weight = np.repeat(time / DAY_US / each, each)
        return _by_client(client, found.judged * weight, clients), _by_client(
            client, found.followed * weight, clients
        )

    def value(self, alerts: Alerts, among: Bools | None = None) -> AlertValue:
        """Measure one sort of alert.

        Args:
            alerts: The alerts.
            among: By client (n,), whether they count; None is all.
        """
        counts = np.ones(len(self._common), bool) if among is None else among
        counted = self.counted(alerts.client, alerts.client, alerts.at, len(self._common))
        columns = np.column_stack((counted, alerts.open, alerts.open_at_lead))
        value = self.value_of(columns, counts)
        return replace(
            value,
            is_told=alerts.is_told,
            untold=round(alerts.untold[counts].sum()),
            days_before=self._days_before(alerts, counts),
            chance_days_before=self._chance_days_before(value.rate.value, counts),
        )

    def value_of(self, of_client: Floats, among: Bools | None = None) -> AlertValue:
        """Measure alerts that were counted before, without the days before the outcome.

        Args:
            of_client: By client (n, 6), the columns of `counted`, then for how long an alert was
                open, and whether one was at the lead before the outcome.
            among: By client (n,), whether they count; None is all.
        """
        counts = np.ones(len(self._common), bool) if among is None else among
        columns = np.column_stack((self._common, of_client))[counts]
        total, drawn = columns.sum(0), self._resamples.sums(columns, counts)
        rate = _share(total, drawn, 6, 0)
        return AlertValue(
            alerts=round(total[6]),
            is_told=True,
            untold=0,
            rate=rate,
            reach=_share(total, drawn, 7, 1),
            chance_reach=self.chance_reach(rate.value, counts),
            precision=_share(total, drawn, 9, 8),
            chance_precision=float(total[5] / total[4]) if total[4] else None,
            lift=_lift(total, drawn),
            open=_share(total, drawn, 10, 3),
            open_at_lead=_share(total, drawn, 11, 2),
            days_before=None,
            chance_days_before=None,
        )

    @property
    def months(self) -> Floats:
        """By client (n,), the months at risk."""
        found: Floats = self._common[:, 0]
        return found

    def counted(self, owner: Places, client: Places, at: Instants, owners: int) -> Floats:
        """Count alerts by owner; that is their client, or a client in one of several variants.

        Args:
            owner: By alert (m,), the number of its owner.
            client: By alert (m,), the place of its client.
            at: By alert (m,), when it counts.
            owners: How many owners there are.

        Returns:
            By owner (owners, 4): alerts, whether the outcome was reached, alerts judged, and those
            that the outcome followed.
        """
        reached = self._cohort.reached[client]
        in_time = (reached >= 0) & (at >= reached - self._horizon) & (at <= reached - self._lead)
        found = answers(self._cohort, client, at, self._horizon, known_after=self._known_after)
        counted = [
            _by_client(owner, weights, owners)
            for weights in (np.ones(len(at)), in_time.astype(float), found.judged, found.followed)
        ]
        counted[1] = np.minimum(counted[1], 1)
        return np.column_stack(counted)

    def chance_reach(self, rate: float | None, among: Bools | None = None) -> float | None:
        """Return the share of outcomes that random alerts reach.

        It is 1 - exp(-alerts expected in the time).
        """
        has = self._has_reached if among is None else self._has_reached & among
        if rate is None or not has.any():
            return None
        return float((1 - np.exp(-rate * self._months_before(self._lead)[has])).mean())

    def _months_before(self, lead: Duration) -> Floats:
        """By client (n,), how much of the time at risk lies between the horizon and a lead."""
        first = np.maximum(self._cohort.began, self._cohort.reached - self._horizon)
        found: Floats = np.maximum(self._cohort.reached - lead - first, 0) / MONTH_US
        return found

    def _days_before(self, alerts: Alerts, counts: Bools) -> float | None:
        reached = self._cohort.reached[alerts.client]
        inside = (reached >= 0) & (alerts.at >= reached - self._horizon) & (alerts.at < reached)
        inside &= counts[alerts.client]
        _, first = np.unique(alerts.client[inside], return_index=True)
        before = (reached - alerts.at)[inside][first]
        return float(np.median(before)) / DAY_US if len(before) else None

    def _chance_days_before(self, rate: float | None, counts: Bools) -> float | None:
        """Find the lead that half of the outcomes with a random alert in the horizon have."""
        has = self._has_reached & counts
        if not rate or not has.any():
            return None
        leads = np.linspace(0, self._horizon, 301)
        reached = [
            (1 - np.exp(-rate * self._months_before(round(lead))[has])).sum() for lead in leads
        ]
        return float(np.interp(-reached[0] / 2, -np.array(reached), leads)) / DAY_US


def _by_client(client: Places, weights: Floats, clients: int) -> Floats:
    """Return the sum of weights (m,) by client (n,)."""
    found: Floats = np.bincount(client, weights, minlength=clients).astype(float)
    return found


def _share(total: Floats, drawn: Floats, above: int, below: int) -> Estimate:
    """One column divided by another, with its interval."""
    value = float(total[above] / total[below]) if total[below] > 0 else None
    return estimate(value, ratio(drawn[:, above], drawn[:, below]))


def _lift(total: Floats, drawn: Floats) -> Estimate:
    """How many times as often the outcome follows as after random alerts."""
    if not (total[8] and total[5]):
        return Estimate(None)
    value = float(total[9] / total[8] / (total[5] / total[4]))
    by_chance = ratio(drawn[:, 5], drawn[:, 4])
    return estimate(value, ratio(ratio(drawn[:, 9], drawn[:, 8]), by_chance))
