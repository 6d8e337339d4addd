"""The result of a preview: what one version of the rules amounts to, or two side by side."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.model.client import Client
from engine.model.duration import Duration
from engine.model.instant import Instant
from engine.model.rule import Rule
from engine.model.spans import Span
from engine.studies.at_risk import AtRisk
from engine.studies.outcome import OutcomeStatistics
from engine.studies.span_changes import Change
from engine.studies.tally import Tally

# In place of a rule's id: all live rules together.
ANY_LIVE = "all live rules"


@dataclass(frozen=True, slots=True)
class PreviewQuery:
    """A question to a replay.

    Attributes:
        since: The beginning of the period.
        until: Its end, which is outside of it.
        outcome: The rule that alerts are to warn of, or the name of the outcome of `cohort`.
        at_risk_from: The rule from whose first span on a client is at risk; None is enrolment.
        lead: An alert reaches the outcome if people are told at least so long before.
        horizon: And at most so long before. An outcome later than this does not follow an alert.
        onset: How long before its span the outcome began.
        cohort: By ref, who was at risk and who reached the outcome, if rules do not say so.
    """

    since: Instant
    until: Instant
    outcome: str | None = None
    at_risk_from: str | None = None
    lead: Duration = 0
    horizon: Duration = 0
    onset: Duration = 0
    cohort: Mapping[str, AtRisk] | None = None

    def statistics(self) -> OutcomeStatistics:
        """Begin to count: no client is in it yet."""
        return OutcomeStatistics(self.lead, self.horizon, known_after=self.cohort is not None)


@dataclass(slots=True)
class RuleSetResult:
    """The replay of one rule set; `outcome` is None if the query names none."""

    rules: Mapping[str, Rule]
    tally: Tally
    outcome: OutcomeStatistics | None

    @classmethod
    def empty(cls, rules: Mapping[str, Rule], query: PreviewQuery) -> RuleSetResult:
        """Begin to count: no client is in it yet."""
        outcome = query.statistics() if query.outcome is not None else None
        return cls(rules, Tally(rules), outcome)


@dataclass(slots=True)
class RuleSetDifference:
    """How one rule set differs from another: by rule, how many spans changed and whose.

    `refs` holds each client once by change and rule. `outcomes` says by change whether the outcome
    followed; it has no entry for spans that merely changed, because both versions open those.
    """

    spans: dict[str, Counter[Change]] = field(default_factory=lambda: defaultdict(Counter))
    refs: dict[tuple[Change, str], dict[str, None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    outcomes: dict[Change, OutcomeStatistics] = field(default_factory=dict)


class PreviewRow(NamedTuple):
    """A part of a span that overlaps the period, its client, and when the first text goes.

    Beside another version, whole spans have rows, and only those that differ. A changed span has
    two: before, after.
    """

    client: Client
    span: Span
    notified: Instant | None
    change: str | None = None


@dataclass(slots=True)
class PreviewResult:
    """Everything that a preview counts; it is complete after the last client.

    `first` and `last` are the earliest and latest instants at which anything is known in the
    period. They are None while there is nothing. `same_kinds` has by rule the kinds of events that
    it and the outcome both read.
    """

    query: PreviewQuery
    version: RuleSetResult
    against: RuleSetResult | None
    difference: RuleSetDifference
    first: Instant | None = None
    last: Instant | None = None
    same_kinds: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def empty(
        cls,
        query: PreviewQuery,
        rules: Mapping[str, Rule],
        against: Mapping[str, Rule] | None = None,
    ) -> PreviewResult:
        """Begin to count these rules, and the rules `against` which they are compared."""
        difference = RuleSetDifference()
        if query.outcome is not None:
            difference.outcomes = {"gained": query.statistics(), "lost": query.statistics()}
        other = RuleSetResult.empty(against, query) if against is not None else None
        return cls(query, RuleSetResult.empty(rules, query), other, difference)

    def widen(self, instants: Iterable[Instant]) -> None:
        """Let `first` and `last` take in these instants."""
        for at in instants:
            self.first = at if self.first is None else min(self.first, at)
            self.last = at if self.last is None else max(self.last, at)
