"""Gather who was at risk of an outcome and which alerts they had, client by client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from engine.model.duration import Duration
from engine.model.instant import Instant
from engine.model.rule import SEVERITIES, Severity
from engine.studies.alert_value import Alerts, AlertValue, Measurement
from engine.studies.at_risk import AtRisk
from engine.studies.censoring import Bools, Cohort
from engine.studies.observed_time import MONTH_US

# What counts of a rule: its alerts of at least this severity.
LEVELS: tuple[Severity, ...] = ("low", "medium", "high")
# An attribute with more values than this makes no groups.
_MOST_VALUES = 12


class JudgedAlert(NamedTuple):
    """A part of an alert with one severity; `told` is when people are told, None if they are not.

    If people are told of no alert of a sort, each part counts when it begins, as if they were.
    """

    severity: Severity
    began: Instant
    ended: Instant | None
    told: Instant | None


class CountedAlerts(NamedTuple):
    """What counts of one client's alerts of one sort.

    Attributes:
        told: When people were told, within the time at risk.
        untold: When parts began in that time that told nobody.
        open: For how long of that time an alert was open.
        is_open_at_lead: Whether one was open at the lead before the outcome.
    """

    told: list[Instant]
    untold: list[Instant]
    open: Duration
    is_open_at_lead: bool


def counted_of(parts: Sequence[JudgedAlert], at_risk: AtRisk, lead: Duration) -> CountedAlerts:
    """Count one client's alerts of one sort."""
    told: list[Instant] = []
    untold: list[Instant] = []
    for part in parts:
        at = part.began if part.told is None else part.told
        if at_risk.began <= at < at_risk.ended:
            (untold if part.told is None else told).append(at)
    before = -1 if at_risk.reached is None else at_risk.reached - lead
    is_open = before >= at_risk.began and any(
        part.began <= before and (part.ended is None or before < part.ended) for part in parts
    )
    time_open = _time_open(parts, at_risk.began, at_risk.ended)
    return CountedAlerts(told, untold, time_open, is_open)


class Sort(NamedTuple):
    """A sort of alert: those of a rule, or of all live rules, of at least a severity."""

    rule: str
    least: Severity


@dataclass(slots=True)
class _Gathered:
    """Of one sort of alert: numbers in the order in which clients came."""

    told: list[tuple[int, Instant]] = field(default_factory=list)  # client and instant
    untold: list[tuple[int, Instant]] = field(default_factory=list)
    place: list[int] = field(default_factory=list)  # by client with an alert
    of_client: list[tuple[Duration, bool]] = field(default_factory=list)


class OutcomeStatistics:
    """Counts clients one after the other; it keeps a number for each alert at risk."""

    def __init__(self, lead: Duration, horizon: Duration, *, known_after: bool) -> None:
        """Take the times.

        Args:
            lead: An alert reaches an outcome if people are told at least so long before.
            horizon: And at most so long before.
            known_after: Whether it is known of each client until when the outcome would have been
                known, also if they reached it.
        """
        self.lead, self.horizon, self.known_after = lead, horizon, known_after
        self.not_at_risk = 0  # clients
        self._clients: list[AtRisk] = []
        self._groups: list[Mapping[str, str]] = []
        self._gathered: dict[Sort, _Gathered] = {}
        self._measured: dict[Sort, AlertValue] = {}

    @property
    def clients(self) -> int:
        """The clients at risk."""
        return len(self._clients)

    @property
    def reached(self) -> int:
        """Those of them who reached the outcome."""
        return sum(one.reached is not None for one in self._clients)

    @property
    def client_months(self) -> float:
        """The time at risk."""
        return sum(one.ended - one.began for one in self._clients) / MONTH_US

    def add(
        self,
        at_risk: AtRisk | None,
        group: Mapping[str, str],
        alerts: Mapping[str, Sequence[JudgedAlert]],
    ) -> None:
        """Count one client.

        Args:
            at_risk: When they were at risk; None if they were not.
            group: The attributes of the client as their time at risk began.
            alerts: By rule, the client's alerts.
        """
        if at_risk is None:
            self.not_at_risk += 1
            return
        place = len(self._clients)
        self._clients.append(at_risk)
        self._groups.append(group)
        for rule, parts in alerts.items():
            for least in LEVELS:
                counted = [part for part in parts if is_at_least(part.severity, least)]
                if counted:
                    one = self._gathered.setdefault(Sort(rule, least), _Gathered())
                    self._gather(one, place, at_risk, counted)

    def _gather(
        self, one: _Gathered, place: int, at_risk: AtRisk, parts: Sequence[JudgedAlert]
    ) -> None:
        found = counted_of(parts, at_risk, self.lead)
        one.told += [(place, at) for at in found.told]
        one.untold += [(place, at) for at in found.untold]
        one.place.append(place)
        one.of_client.append((found.open, found.is_open_at_lead))

    @cached_property
    def _measurement(self) -> Measurement:
        cohort = Cohort.of(self._clients)
        return Measurement(cohort, self.lead, self.horizon, known_after=self.known_after)

    def sorts(self, rule: str) -> list[Sort]:
        """Which alerts of a rule are worth a row: of medium severity and above, and of high.

        A rule that has only low ones is measured by these. The high ones have a row of their own if
        they are not all.
        """
        found = {
            least: Sort(rule, least) for least in LEVELS if Sort(rule, least) in self._gathered
        }
        if "medium" not in found:
            return list(found.values())
        medium, high = (self._gathered.get(Sort(rule, least)) for least in LEVELS[1:])
        return [found["medium"], *([found["high"]] if high and high != medium else [])]

    def value(self, sort: Sort) -> AlertValue:
        """Measure one sort of alert, once, after the last client."""
        if sort not in self._measured:
            self._measured[sort] = self._measurement.value(self._alerts(sort))
        return self._measured[sort]

    def by_group(self, sort: Sort) -> dict[tuple[str, str], tuple[int, AlertValue]]:
        """Measure one sort of alert by attribute and value: clients at risk, and figures."""
        alerts = self._alerts(sort)
        return {
            name: (int(among.sum()), self._measurement.value(alerts, among))
            for name, among in divided(self._groups).items()
        }

    def _alerts(self, sort: Sort) -> Alerts:
        one = self._gathered.get(sort, _Gathered())
        of_client = np.zeros((self.clients, 2))
        if one.place:
            of_client[one.place] = one.of_client
        told, untold = (
            np.array(sorted(alerts), np.int64).reshape(-1, 2) for alerts in (one.told, one.untold)
        )
        counted = told if len(told) else untold
        is_told = len(told) > 0
        others = np.bincount(untold[:, 0], minlength=self.clients).astype(float)
        return Alerts(counted[:, 0], counted[:, 1], is_told, others, *of_client.T)


def divided(groups: Sequence[Mapping[str, str]]) -> dict[tuple[str, str], Bools]:
    """Divide clients by the attributes that make a few groups of them.

    Args:
        groups: By client, the attributes.

    Returns:
        By attribute and value (n,), whether each client is in that group.
    """
    names = sorted({name for group in groups for name in group})
    values = {name: sorted({group[name] for group in groups if name in group}) for name in names}
    return {
        (name, value): np.array([group.get(name) == value for group in groups], bool)
        for name in names
        if 1 < len(values[name]) <= _MOST_VALUES
        for value in values[name]
    }


def is_at_least(severity: Severity, least: Severity) -> bool:
    """Whether a severity is as severe as another, or more so."""
    return SEVERITIES.index(severity) <= SEVERITIES.index(least)


def _time_open(parts: Iterable[JudgedAlert], since: Instant, until: Instant) -> Duration:
    """For how long at least one part was open between two instants."""
    total, reached = 0, since
    for part in sorted(parts, key=lambda one: one.began):
        ended = until if part.ended is None else min(part.ended, until)
        total += max(0, ended - max(part.began, reached))
        reached = max(reached, ended)
    return total
