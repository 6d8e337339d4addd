"""Replaying rules over the stored events: what is or would have been; nothing is written and nobody is told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection

from engine.flows.escalation.recipients import StaffDirectory
from engine.flows.evaluation.caseload import whole_caseload
from engine.flows.replay.simulated_notifications import tell
from engine.measures.histories import SHIFT, Histories
from engine.measures.steps import in_care
from engine.model.client import Client
from engine.model.duration import Duration
from engine.model.instant import Instant
from engine.model.routing import RoutingSettings
from engine.model.rule import Rule
from engine.model.spans import Span
from engine.rulebook.core.rulebook import Rulebook
from engine.studies.observed_time import FollowUp
from engine.studies.outcome import OutcomeStatistics
from engine.studies.span_changes import Change, Changed, changes
from engine.studies.tally import PRESSING, Tally

# In place of a rule's id: the pressing alerts of all live rules together; good news foretells nothing.
ANY_LIVE = "live, medium and above"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a replay: of [since, until), in microseconds, and how well rules foretell `outcome`."""

    since: Instant
    until: Instant
    outcome: str | None = None  # a rule's id
    horizon: Duration = 0


@dataclass(slots=True)
class Version:
    """A set of rules and what a replay of it came to; `outcome` is None where none was asked for."""

    rulebook: Rulebook
    tally: Tally
    outcome: OutcomeStatistics | None


@dataclass(slots=True)
class VersionDifference:
    """What differs from the other version, by rule: how many spans by change, whose, and whether the outcome followed.

    `refs` are clients' refs by change and rule, each once. `outcomes` are by change; what changed is no news there.
    """

    spans: dict[str, Counter[Change]] = field(default_factory=lambda: defaultdict(Counter))
    refs: dict[tuple[Change, str], dict[str, None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    outcomes: dict[Change, OutcomeStatistics] = field(default_factory=dict)


class Row(NamedTuple):
    """A span that overlaps the period and whose it is.

    Against another version only what differs has a row, what changed one as it was and one as it is.
    """

    client: Client
    span: Span
    change: str | None = None


@dataclass(frozen=True, slots=True)
class _One:
    """One client, and when they first reached the outcome."""

    client: Client
    follow_up: FollowUp
    reached: Instant | None


class Preview:
    """A replay of one set of rules, or of one against another, a batch of clients at a time."""

    def __init__(
        self, asked: Asked, routing: RoutingSettings, rulebook: Rulebook, against: Rulebook | None
    ) -> None:
        self.asked = asked
        self._routing = routing
        self.version = self._version(rulebook)
        self.against = self._version(against) if against else None
        self.difference = VersionDifference()
        if asked.outcome is not None:
            self.difference.outcomes = {
                "gained": OutcomeStatistics(asked.horizon),
                "lost": OutcomeStatistics(asked.horizon),
            }
        self.first: Instant | None = (
            None  # the first instant and the last at which anything is known in the period
        )
        self.last: Instant | None = None

    def _version(self, rulebook: Rulebook) -> Version:
        outcome = OutcomeStatistics(self.asked.horizon) if self.asked.outcome is not None else None
        return Version(rulebook, Tally(rulebook.rules), outcome)

    def batches(self, conn: Connection) -> Iterator[tuple[int, list[Row]]]:
        """A batch of clients at a time: how many they are, and what there is to list of them.

        As of `until`: a span that ends later has not ended. What it all amounts to is known after the last one.
        """
        people = StaffDirectory(conn, self.asked.since, self.asked.until)
        for histories in whole_caseload(conn):
            people.take([client.id for client in histories.clients])
            followed = _follow_ups(histories, self.asked.since, self.asked.until)
            ours = _by_client(self.version.rulebook, histories)
            theirs = _by_client(self.against.rulebook, histories) if self.against else {}
            rows: list[Row] = []
            for client, follow_up in zip(histories.clients, followed, strict=True):
                one = _One(client, follow_up, self._first_reached(ours[client.id]))
                spans = self._take(self.version, one, ours[client.id], people)
                if self.against is None:
                    rows += [Row(client, span) for span in spans]
                else:
                    others = self._take(self.against, one, theirs[client.id], people)
                    rows += self._compare(one, others, spans)
            yield len(histories.clients), rows

    def _first_reached(self, spans: Sequence[Span]) -> Instant | None:
        """When the client's first span of the outcome began, before the period or in it."""
        began = (
            span.began
            for span in spans
            if span.rule_id == self.asked.outcome and span.began < self.asked.until
        )
        return min(began, default=None)

    def _take(
        self, version: Version, one: _One, spans: Sequence[Span], people: StaffDirectory
    ) -> list[Span]:
        """Count one client's spans by one version; those that overlap the period, as of its end."""
        since, until = self.asked.since, self.asked.until
        shown = [
            span._replace(ended=_by(span.ended, until))
            for span in spans
            if span.began < until and (span.ended is None or span.ended > since)
        ]
        rules = version.rulebook.rules
        told = tell(shown, rules, self._routing, people, since, until)
        alerts = [
            span
            for span in shown
            if span.began >= since and rules[span.rule_id].status != "retired"
        ]
        version.tally.add(one.client, alerts, told, one.follow_up)
        if version.outcome is not None:
            version.outcome.add(
                _began(alerts, rules, self.asked.outcome), one.reached, since, one.follow_up
            )
        self._reaches([at for stretch in one.follow_up.stretches for at in stretch])
        self._reaches([span.began for span in alerts])
        return shown

    def _reaches(self, instants: Sequence[Instant]) -> None:
        self.first = (
            min(instants, default=None) if self.first is None else min([self.first, *instants])
        )
        self.last = (
            max(instants, default=None) if self.last is None else max([self.last, *instants])
        )

    def _compare(self, one: _One, before: Sequence[Span], after: Sequence[Span]) -> Iterator[Row]:
        assert self.against is not None
        ours, theirs = self.version.rulebook.rules, self.against.rulebook.rules
        alerts: dict[Change, list[Span]] = {"gained": [], "lost": []}
        were, are = _alerting(before, theirs), _alerting(after, ours)
        for rule_id in sorted(were.keys() | are.keys()):
            for each in changes(were[rule_id], are[rule_id]):
                yield from _rows(one.client, each)
                span = each.after or each.before
                if span is not None and span.began >= self.asked.since:
                    self.difference.spans[rule_id][each.change] += 1
                    self.difference.refs[each.change, rule_id][one.client.ref] = None
                    alerts.get(each.change, []).append(span)
        for change, outcome in self.difference.outcomes.items():
            began = _began(alerts[change], {**theirs, **ours}, self.asked.outcome)
            outcome.add(began, one.reached, self.asked.since, one.follow_up)


def _rows(client: Client, changed: Changed) -> Iterator[Row]:
    is_one = changed.change == "changed"
    if changed.before is not None:
        yield Row(client, changed.before, "changed from" if is_one else "lost")
    if changed.after is not None:
        yield Row(client, changed.after, "changed to" if is_one else "gained")


def _by_client(rulebook: Rulebook, histories: Histories) -> Mapping[int, list[Span]]:
    found: dict[int, list[Span]] = {client.id: [] for client in histories.clients}
    for span in rulebook.replay(histories):
        found[span.client_id].append(span)
    return found


def _alerting(spans: Sequence[Span], rules: Mapping[str, Rule]) -> dict[str, list[Span]]:
    """By rule, the spans that open alerts, which those of a retired one do not."""
    found: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        if rules[span.rule_id].status != "retired":
            found[span.rule_id].append(span)
    return found


def _began(
    alerts: Sequence[Span], rules: Mapping[str, Rule], outcome: str | None
) -> dict[str, list[Instant]]:
    """By rule, the outcome's own aside, when its alerts began, ascending; and the pressing ones of all live rules."""
    found: dict[str, list[Instant]] = defaultdict(list)
    for span in sorted(alerts, key=attrgetter("began")):
        if span.rule_id != outcome:
            found[span.rule_id].append(span.began)
            if rules[span.rule_id].status == "live" and span.severity in PRESSING:
                found[ANY_LIVE].append(span.began)
    return found


def _follow_ups(histories: Histories, since: Instant, until: Instant) -> list[FollowUp]:
    """For each client of the batch, in their order, when they were in care and observed in [since, until)."""
    found: list[list[tuple[Instant, Instant]]] = [[] for _ in histories.clients]
    bases = histories.bases
    newest = np.searchsorted(histories.key, bases + until) - 1
    last = (
        np.where(newest >= 0, histories.key[newest] - bases, -1)
        if len(histories.key)
        else np.full(len(bases), -1)
    )
    care = in_care(histories)
    for began, ended in zip(care[::2].tolist(), care[1::2].tolist(), strict=True):
        owner = began >> SHIFT
        base = int(bases[owner])
        stretch = max(began - base, since), min(ended - base, int(last[owner]))
        if stretch[0] < stretch[1]:
            found[owner].append(stretch)
    return [FollowUp(tuple(stretches)) for stretches in found]


def _by(ended: Instant | None, until: Instant) -> Instant | None:
    return None if ended is None or ended > until else ended
