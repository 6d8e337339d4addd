"""What alerts ask of the staff, and which of them are worth keeping; pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from engine.model.handled_alert import HandledAlert
from engine.model.instant import Instant
from engine.model.rule import SEVERITIES
from engine.studies.intervals import wilson
from engine.studies.resampling import Estimate, Resamples, estimate, ratio
from engine.studies.small_cells import is_small
from engine.studies.stratified import Stratum

# A proposal needs so many alerts that people closed, or that nobody took.
ENOUGH = 11
_MOSTLY = 0.5


class RuleAdvice(StrEnum):
    """What to do about a rule that costs more than it gives."""

    NONE = "keep"
    RETUNE = "retune"  # people call most of its alerts false alarms
    RETIRE = "retire"  # nobody takes most of its alerts


@dataclass(frozen=True, slots=True)
class Handling:
    """How people handled some alerts.

    Attributes:
        told: Alerts that people were told about.
        taken: Those that a person took or closed.
        wait: The median time until then, in microseconds; None without any.
        wait_of_nine: The time within which nine of ten were taken, of those that were.
        closed: Those that a person closed.
        false_alarms: Those of these that the person called a false alarm.
    """

    told: int
    taken: int
    wait: int | None
    wait_of_nine: int | None
    closed: int
    false_alarms: int

    @property
    def taken_share(self) -> Estimate:
        """The share of the alerts that a person took."""
        return wilson(self.taken, self.told)

    @property
    def false_share(self) -> Estimate:
        """The share of the closed alerts that were called a false alarm."""
        return wilson(self.false_alarms, self.closed)

    @property
    def proposal(self) -> RuleAdvice:
        """The proposal for the rule of these alerts; the whole interval must be beyond half."""
        untaken = wilson(self.told - self.taken, self.told)
        if self.told >= ENOUGH and (untaken.low or 0) > _MOSTLY:
            return RuleAdvice.RETIRE
        if self.closed >= ENOUGH and (self.false_share.low or 0) > _MOSTLY:
            return RuleAdvice.RETUNE
        return RuleAdvice.NONE


class Training(NamedTuple):
    """A rule that one team calls a false alarm far more often than all others do."""

    rule_id: str
    team: str
    theirs: Estimate
    others: Estimate


class GroupLoad(NamedTuple):
    """A group of clients: how many alerts, and how they were handled."""

    value: str
    clients: int
    months: float  # of clients in care
    rate: Estimate  # alerts a client-month
    handling: Handling


class ServiceUse(NamedTuple):
    """A service and the outcome after it, among clients who were in care when it was over.

    Attributes:
        title: The service.
        strata: The clients with and without it, by stratum.
        unknown: Clients whose outcome is not known.
    """

    title: str
    strata: tuple[Stratum, ...]
    unknown: int

    @property
    def crude(self) -> Stratum:
        """All strata together."""
        return Stratum(*map(sum, zip(*self.strata, strict=True))) if self.strata else _NOBODY

    @property
    def is_hidden(self) -> bool:
        """Whether a count of it could point at a person."""
        a, n1, b, n0 = self.crude
        return any(map(is_small, (a, n1 - a, b, n0 - b)))


_NOBODY = Stratum(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """The whole report.

    Attributes:
        since: When the period of its alerts begins.
        until: When it ends.
        severities: How alerts of each severity were handled, the gravest first.
        rules: The same of each rule, the most frequent first.
        roles: The same of each role that closed alerts.
        hours: By role, the texts in each of the 24 hours of the recipients' own clocks.
        training: What one team needs to talk about.
        by: The attribute of the groups.
        groups: The load of each group, the total first; None if it is hidden.
        services: Each service with the outcome after it.
        outcome: The title of that outcome; empty if no figure says one.
    """

    since: Instant
    until: Instant
    severities: Mapping[str, Handling]
    rules: Mapping[str, Handling]
    roles: Mapping[str, Handling]
    hours: Mapping[str, tuple[int, ...]]
    training: tuple[Training, ...]
    by: str
    groups: Mapping[str, GroupLoad | None]
    services: tuple[ServiceUse, ...]
    outcome: str


def handling_of(alerts: Sequence[HandledAlert]) -> Handling:
    """Sum up how people handled some alerts."""
    waits = [max(0, one.acted_at - one.told_at) for one in alerts if one.acted_at is not None]
    closed = [one for one in alerts if one.false_alarm is not None]
    return Handling(
        len(alerts),
        len(waits),
        int(np.median(waits)) if waits else None,
        int(np.percentile(waits, 90)) if waits else None,
        len(closed),
        sum(1 for one in closed if one.false_alarm),
    )


def by_severity(alerts: Iterable[HandledAlert]) -> dict[str, Handling]:
    """Sum up the alerts of each severity, the gravest first."""
    parts = _parts(alerts, lambda one: one.severity)
    return {word: handling_of(parts[word]) for word in SEVERITIES if word in parts}


def by_rule(alerts: Iterable[HandledAlert]) -> dict[str, Handling]:
    """Sum up the alerts of each rule, the most frequent first."""
    parts = _parts(alerts, lambda one: one.rule_id)
    return {rule: handling_of(some) for rule, some in sorted(parts.items(), key=_frequent)}


def by_role(alerts: Iterable[HandledAlert]) -> dict[str, Handling]:
    """Sum up the alerts that people closed by the role of the person who closed them."""
    parts = _parts((one for one in alerts if one.role), lambda one: str(one.role))
    return {role: handling_of(some) for role, some in sorted(parts.items())}


def training_needs(alerts: Iterable[HandledAlert], teams: Mapping[int, str]) -> list[Training]:
    """Find the rules that one team alone calls a false alarm.

    Args:
        alerts: The alerts.
        teams: The team of each member of staff.

    Returns:
        The rules and teams whose whole interval lies above the whole interval of the others.
    """
    said: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for one in alerts:
        team = None if one.closed_by is None else teams.get(one.closed_by)
        if one.false_alarm is not None and team is not None:
            said[one.rule_id][team].append(one.false_alarm)
    found = []
    for rule, by_team in sorted(said.items()):
        for team, answers in sorted(by_team.items()):
            others = [one for name, some in by_team.items() if name != team for one in some]
            if len(answers) < ENOUGH or len(others) < ENOUGH:
                continue
            theirs, rest = (wilson(sum(one), len(one)) for one in (answers, others))
            if (theirs.low or 0) > (rest.high or 0):
                found.append(Training(rule, team, theirs, rest))
    return found


def group_load(
    value: str, months: Mapping[int, float], alerts: Iterable[HandledAlert]
) -> GroupLoad:
    """Compute the load of a group of clients.

    Args:
        value: What the group is called.
        months: The months in care of each of its clients, by their id.
        alerts: The alerts of all clients.
    """
    theirs = [one for one in alerts if one.client_id in months]
    counts = Counter(one.client_id for one in theirs)
    table = np.array([(counts[client], time) for client, time in months.items()], float)
    table = table.reshape(-1, 2)
    sums = table.sum(axis=0)
    drawn = Resamples(len(table)).sums(table, np.ones(len(table), bool))
    rate = float(sums[0] / sums[1]) if sums[1] else None
    return GroupLoad(
        value, len(months), float(sums[1]), estimate(rate, ratio(drawn[:, 0], drawn[:, 1])),
        handling_of(theirs),
    )  # fmt: skip


def _parts(
    alerts: Iterable[HandledAlert], word: Callable[[HandledAlert], str]
) -> dict[str, list[HandledAlert]]:
    found: dict[str, list[HandledAlert]] = defaultdict(list)
    for one in alerts:
        found[word(one)].append(one)
    return found


def _frequent(item: tuple[str, list[HandledAlert]]) -> tuple[int, str]:
    return -len(item[1]), item[0]
