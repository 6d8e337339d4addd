"""How well rules predict an outcome: who was flagged before it, how early, how often wrongly."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.model.duration import Duration
from engine.model.instant import DAY_US, Instant
from engine.studies.observed_time import MONTH_US, FollowUp


@dataclass(frozen=True, slots=True)
class Leads:
    """Days from the first alert to the outcome over the clients who were flagged before it."""

    least: float
    lower: float  # a quarter of the clients had fewer
    median: float
    upper: float
    most: float


@dataclass(slots=True)
class RuleOutcome:
    """One rule against the outcome; each of its alerts is of one of four sorts.

    Attributes:
        followed: Alerts that the outcome followed within the horizon.
        not_followed: Alerts that it did not follow within the horizon.
        cut_short: Alerts for which part of the horizon was not observed.
        not_before: Alerts that began after the client first reached the outcome.
    """

    flagged: int = 0  # clients with an alert before they reached the outcome
    flagged_within: int = 0  # of these, with one no longer before than the horizon
    followed: int = 0
    not_followed: int = 0
    cut_short: int = 0
    not_before: int = 0
    lead_times: list[Duration] = field(
        default_factory=list
    )  # microseconds, one for each client flagged

    @property
    def alerts(self) -> int:
        """All of its alerts."""
        return self.followed + self.not_followed + self.cut_short + self.not_before

    @property
    def share_not_followed(self) -> float | None:
        """Of the alerts whose whole horizon was observed; None where there are none."""
        judged = self.followed + self.not_followed
        return self.not_followed / judged if judged else None

    @property
    def leads(self) -> Leads | None:
        """None where no client was flagged before."""
        if not self.lead_times:
            return None
        return Leads(
            *(float(days) for days in np.percentile(self.lead_times, (0, 25, 50, 75, 100)) / DAY_US)
        )


class OutcomeStatistics:
    """Counts clients one after the other; it keeps one number for each rule and flagged client."""

    def __init__(self, horizon: Duration) -> None:
        """Take the horizon: an outcome later than this after an alert does not follow it."""
        self.horizon = horizon
        self.clients = (
            0  # who were observed, or reached the outcome, and had not reached it before the period
        )
        self.reached = 0
        self.reached_before = (
            0  # who had reached it before the period, and cannot again for the first time
        )
        self.followed_for = 0  # microseconds
        self.rules: dict[str, RuleOutcome] = {}

    @property
    def client_months(self) -> float:
        """For how long clients were observed."""
        return self.followed_for / MONTH_US

    def add(
        self,
        alerts: Mapping[str, Sequence[Instant]],
        reached: Instant | None,
        since: Instant,
        follow_up: FollowUp,
    ) -> None:
        """Count one client.

        Args:
            alerts: By rule, when the client's alerts began, ascending, none before `since`.
            reached: When the client first reached the outcome; None if they did not.
            since: The beginning of the period.
            follow_up: When the client was observed.
        """
        before_period = reached is not None and reached < since
        self.followed_for += follow_up.duration
        self.reached_before += before_period
        self.clients += not before_period and (bool(follow_up.stretches) or reached is not None)
        self.reached += reached is not None and not before_period
        for rule_id, began in alerts.items():
            self._judge(self.rules.setdefault(rule_id, RuleOutcome()), began, reached, follow_up)

    def _judge(
        self,
        rule: RuleOutcome,
        began: Sequence[Instant],
        reached: Instant | None,
        follow_up: FollowUp,
    ) -> None:
        before = len(began) if reached is None else bisect_left(began, reached)
        rule.not_before += len(began) - before
        for at in began[:before]:
            if not follow_up.holds(at, at + self.horizon):
                rule.cut_short += 1
            elif reached is not None and reached <= at + self.horizon:
                rule.followed += 1
            else:
                rule.not_followed += 1
        if reached is not None and before:
            rule.flagged += 1
            rule.flagged_within += began[before - 1] >= reached - self.horizon
            rule.lead_times.append(reached - began[0])
