"""Replay rules over the stored events; nothing is written and no person is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection

from engine.flows.escalation.recipients import StaffDirectory
from engine.flows.evaluation.caseload import archived_part, whole_caseload
from engine.flows.replay.followed_clients import (
    at_risk_of,
    attributes,
    follow_ups,
    known_by,
)
from engine.flows.replay.simulated_notifications import simulate
from engine.measures.histories import Histories
from engine.model.client import Client
from engine.model.instant import Instant
from engine.model.routing import RoutingSettings
from engine.model.rule import Rule
from engine.model.spans import Span
from engine.rulebook.core.rulebook import Rulebook
from engine.studies.alert_parts import alert_parts
from engine.studies.at_risk import AtRisk
from engine.studies.observed_time import FollowUp
from engine.studies.outcome import JudgedAlert
from engine.studies.preview import ANY_LIVE, PreviewQuery, PreviewResult, PreviewRow, RuleSetResult
from engine.studies.simulated_notifications import SimulatedNotifications
from engine.studies.span_changes import Change, SpanChange, changes

if TYPE_CHECKING:
    from engine.store.intake.archive import Archive


@dataclass(frozen=True, slots=True)
class _One:
    """One client, when they were observed, and when they were at risk of the outcome."""

    client: Client
    follow_up: FollowUp
    at_risk: AtRisk | None
    group: Mapping[str, str]


class _Replayed(NamedTuple):
    """One client's spans by one version, and what people would have been told of them."""

    spans: list[Span]
    told: SimulatedNotifications


class ReplayedClient(NamedTuple):
    """One client's spans by the rules, and by the rules they are compared with if there are any."""

    one: _One
    replayed: _Replayed
    others: _Replayed | None


class Preview:
    """A replay of one rule set, or of one beside another, a batch of clients at a time."""

    def __init__(
        self,
        query: PreviewQuery,
        routing: RoutingSettings,
        rulebook: Rulebook,
        against: Rulebook | None,
    ) -> None:
        self.result = PreviewResult.empty(query, rulebook.rules, against.rules if against else None)
        if query.outcome is not None and query.outcome in rulebook.kinds:
            self.result.same_kinds = _same_kinds(rulebook, query.outcome)
        self._query = query
        self._routing = routing
        self._rulebook = rulebook
        self._against = against

    def batches(
        self, conn: Connection, archive: Archive | None = None
    ) -> Iterator[tuple[int, list[PreviewRow]]]:
        """Replay the caseload, a batch of clients at a time.

        Args:
            conn: The database.
            archive: Where to read clients and events instead; None for the database.

        Yields:
            The number of clients in a batch, and the rows to list of them. A span that ends after
            `until` has not ended. `result` is complete after the last batch.
        """
        people = StaffDirectory(conn, self._query.since, self._query.until)
        for histories in whole_caseload(conn, self._query.until, archive):
            replayed = self._replay(histories, people)
            yield len(replayed), self.count(replayed)

    def of_part(self, conn: Connection, archive: Archive, part: int) -> list[ReplayedClient]:
        """Replay one part of an archive, and count nothing."""
        people = StaffDirectory(conn, self._query.since, self._query.until)
        return self._replay(archived_part(archive, part, self._query.until), people)

    def count(self, clients: Sequence[ReplayedClient]) -> list[PreviewRow]:
        """Count these clients, and return the rows to list of them."""
        result, rows = self.result, list[PreviewRow]()
        for one, replayed, others in clients:
            self._count(result.version, one, replayed)
            if result.against is None or others is None:
                rows += _parts(one.client, replayed, self._query.since)
            else:
                self._count(result.against, one, others)
                rows += self._compare(one, others, replayed)
        return rows

    def _replay(self, histories: Histories, people: StaffDirectory) -> list[ReplayedClient]:
        people.take([client.id for client in histories.clients])
        followed = follow_ups(histories, self._query.since, self._query.until)
        ours = _by_client(self._rulebook, histories)
        theirs = _by_client(self._against, histories) if self._against else {}
        found = []
        for client, follow_up in zip(histories.clients, followed, strict=True):
            risk = at_risk_of(self._query, client, follow_up, ours[client.id])
            one = _One(client, follow_up, risk, attributes(client, risk))
            replayed = self._told(self.result.version, ours[client.id], people)
            others = None
            if self.result.against is not None:
                others = self._told(self.result.against, theirs[client.id], people)
            found.append(ReplayedClient(one, replayed, others))
        return found

    def _told(
        self, version: RuleSetResult, spans: Sequence[Span], people: StaffDirectory
    ) -> _Replayed:
        """Return a client's spans that overlap the period, as of its end, and what is told."""
        since, until = self._query.since, self._query.until
        begun = known_by(spans, until)
        shown = [span for span in begun if span.ended is None or span.ended > since]
        # A telling before the period may forbid telling the same again in it.
        return _Replayed(shown, simulate(begun, version.rules, self._routing, people, since, until))

    def _count(self, version: RuleSetResult, one: _One, replayed: _Replayed) -> None:
        """Count one client's spans by one version."""
        since, rules = self._query.since, version.rules
        shown, told = replayed
        alerts = [
            span
            for span in shown
            if span.began >= since and rules[span.rule_id].status != "retired"
        ]
        version.tally.add(one.client, alerts, told, one.follow_up)
        if version.outcome is not None:
            judged = _judged(shown, told, rules, self._query.outcome)
            version.outcome.add(one.at_risk, one.group, judged)
        self.result.widen([at for stretch in one.follow_up.stretches for at in stretch])
        self.result.widen([span.began for span in alerts])

    def _compare(self, one: _One, before: _Replayed, after: _Replayed) -> Iterator[PreviewRow]:
        assert self.result.against is not None
        difference = self.result.difference
        ours, theirs = self.result.version.rules, self.result.against.rules
        alerts: dict[Change, list[Span]] = {"gained": [], "lost": []}
        told = {"gained": after.told, "lost": before.told}
        were, are = _alerting(before.spans, theirs), _alerting(after.spans, ours)
        for rule_id in sorted(were.keys() | are.keys()):
            for each in changes(were[rule_id], are[rule_id]):
                yield from _rows(one.client, each, before.told, after.told)
                span = each.after or each.before
                if span is not None and span.began >= self._query.since:
                    difference.spans[rule_id][each.change] += 1
                    difference.refs[each.change, rule_id][one.client.ref] = None
                    alerts.get(each.change, []).append(span)
        for change, outcome in difference.outcomes.items():
            rules = {**theirs, **ours}
            judged = _judged(alerts[change], told[change], rules, self._query.outcome)
            outcome.add(one.at_risk, one.group, judged)


def _same_kinds(rulebook: Rulebook, outcome: str) -> dict[str, frozenset[str]]:
    """Return by rule the kinds of events that it and the outcome both read, if there are any."""
    of_outcome = rulebook.kinds[outcome]
    return {
        rule_id: shared
        for rule_id, kinds in rulebook.kinds.items()
        if rule_id != outcome and (shared := kinds & of_outcome)
    }


def _parts(client: Client, replayed: _Replayed, since: Instant) -> Iterator[PreviewRow]:
    for span in replayed.spans:
        for part in alert_parts(span, replayed.told.tellings.get(span, ())):
            if part.span.ended is None or part.span.ended > since:
                yield PreviewRow(client, *part)


def _rows(
    client: Client,
    changed: SpanChange,
    before: SimulatedNotifications,
    after: SimulatedNotifications,
) -> Iterator[PreviewRow]:
    is_one = changed.change == "changed"
    for span, told, change in (
        (changed.before, before, "changed from" if is_one else "lost"),
        (changed.after, after, "changed to" if is_one else "gained"),
    ):
        if span is not None:
            texts = [one.notified for one in told.tellings.get(span, ()) if one.notified]
            yield PreviewRow(client, span, min(texts, default=None), change)


def _by_client(rulebook: Rulebook, histories: Histories) -> Mapping[int, list[Span]]:
    found: dict[int, list[Span]] = {client.id: [] for client in histories.clients}
    for span in rulebook.replay(histories):
        found[span.client_id].append(span)
    return found


def _alerting(spans: Sequence[Span], rules: Mapping[str, Rule]) -> dict[str, list[Span]]:
    """Return the spans that open alerts, by rule; those of a retired rule do not."""
    found: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        if rules[span.rule_id].status != "retired":
            found[span.rule_id].append(span)
    return found


def _judged(
    spans: Sequence[Span],
    told: SimulatedNotifications,
    rules: Mapping[str, Rule],
    outcome: str | None,
) -> dict[str, list[JudgedAlert]]:
    """Return the alerts to judge by the outcome: of each other rule, and of all live rules."""
    found: dict[str, list[JudgedAlert]] = defaultdict(list)
    for span in spans:
        status = rules[span.rule_id].status
        if span.rule_id == outcome or status == "retired":
            continue
        for part in alert_parts(span, told.tellings.get(span, ())):
            one = JudgedAlert(part.span.severity, part.span.began, part.span.ended, part.notified)
            found[span.rule_id].append(one)
            if status == "live":
                found[ANY_LIVE].append(one)
    return found
