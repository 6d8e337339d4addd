"""Replay many variants of some rules over the stored events; nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from engine.flows.escalation.recipients import StaffDirectory
from engine.flows.evaluation.caseload import archived_part, whole_caseload
from engine.flows.replay.followed_clients import at_risk_of, attributes, follow_ups, known_by
from engine.flows.replay.simulated_notifications import simulate
from engine.measures.histories import Histories
from engine.model.event_kinds import Kind
from engine.model.instant import DAY_US, Instant
from engine.model.routing import RoutingSettings
from engine.model.rule import Rule, Severity
from engine.model.spans import Span
from engine.rulebook.core.rulebook import CheckedRule, Rulebook
from engine.rulebook.core.tunable import Tunable
from engine.rulebook.core.variants import VariantSpans
from engine.rulebook.tools.variant_search import choices, is_cut_off
from engine.rulebook.tools.variants import VariantReader
from engine.studies.alert_parts import alert_parts
from engine.studies.at_risk import AtRisk
from engine.studies.outcome import CountedAlerts, JudgedAlert, counted_of, is_at_least
from engine.studies.preview import PreviewQuery
from engine.studies.tried_numbers import Tried, TriedNumber
from engine.studies.variant_choice import VariantSet
from engine.studies.variant_values import VariantValues

Rules = Mapping[str, CheckedRule]

if TYPE_CHECKING:
    from engine.store.intake.archive import Archive


def read_variants(
    rulebook: Rulebook,
    kinds: Mapping[str, Kind],
    tunables: Sequence[Tunable],
    most: int,
    rule_ids: Sequence[str],
    outcome: str,
) -> tuple[Tried, list[Rules]]:
    """Read the variants to try, the shipped one first; those that cannot stand are left out."""
    reader = VariantReader(rulebook, kinds, tunables)
    wanted = choices(tunables, most)
    read = [(one, rules) for one in wanted if (rules := reader.read(one)) is not None]
    numbers = tuple(
        TriedNumber(f"{one.word} (line {one.line})", one.values, one.shipped, is_cut_off(one))
        for one in tunables
    )
    possible = prod(len(one.values) for one in tunables)
    tried = Tried(
        tuple(rule_ids),
        outcome,
        numbers,
        [one for one, _ in read],
        possible,
        len(wanted) - len(read),
        _same_kinds(rulebook, rule_ids, outcome),
    )
    return tried, [rules for _, rules in read]


def _same_kinds(rulebook: Rulebook, rule_ids: Sequence[str], outcome: str) -> tuple[str, ...]:
    """Return the kinds of events that both some of the rules and the outcome read."""
    of_rules = {kind for rule_id in rule_ids for kind in rulebook.kinds[rule_id]}
    return tuple(sorted(of_rules & rulebook.kinds.get(outcome, frozenset())))


class _Varied(NamedTuple):
    """One client's spans of the varying rules, by number; those that are not relevant are left out.

    `numbers` are by variant and varying rule.
    """

    spans: VariantSpans
    place: int
    numbers: NDArray[np.intp]
    relevant: frozenset[str]

    def of(self, rule_ids: Sequence[str], numbers: Sequence[int]) -> list[Span]:
        """Return the spans of one variant."""
        return [
            span
            for rule_id, number in zip(rule_ids, numbers, strict=True)
            if rule_id in self.relevant
            for span in self.spans.spans(rule_id, self.place, number)
        ]


class VariantReplay:
    """A replay of all variants at once; rules that are alike in all variants are replayed once.

    The measured rules count as if they were live, because nobody is told of a draft.
    """

    def __init__(
        self,
        query: PreviewQuery,
        routing: RoutingSettings,
        rulebook: Rulebook,
        measured: Sequence[str],
        variants: Sequence[Rules],
    ) -> None:
        """Take the rules to measure and, by variant, the rules that may differ in it, by id."""
        self._query, self._routing, self._rulebook = query, routing, rulebook
        self._measured = frozenset(measured)
        self._variants = variants
        self._varying = sorted(
            rule_id
            for rule_id in variants[0]
            if any(one[rule_id].rule != rulebook.rules[rule_id] for one in variants)
        )
        # By variant and varying rule, the time of `tell_again`, 0 if there is none.
        self._again = np.array(
            [[one[rule_id].rule.tell_again or 0 for rule_id in self._varying] for one in variants],
            np.int64,
        ).reshape(len(variants), len(self._varying))
        self._rules: dict[str, Rule] = {
            rule_id: replace(rule, status="live") if rule_id in self._measured else rule
            for rule_id, rule in rulebook.rules.items()
        }
        self._fixed = rulebook.only(rulebook.rules.keys() - self._varying)
        self._wait = DAY_US + max(
            (policy[0].after for policy in routing.policies.values()), default=0
        )
        self._least: Severity = "medium" if self._may_be_medium() else "low"
        self._clients: list[AtRisk] = []
        self._groups: list[Mapping[str, str]] = []
        self._entries: list[tuple[int, CountedAlerts]] = []
        self._entry: list[NDArray[np.intp]] = []  # by client, the entry of every variant
        self.not_at_risk = 0

    def _relevant(self, people: StaffDirectory) -> frozenset[str]:
        """Return the rules on which it depends when people are told of the measured ones.

        Those are the rules that quiet them. If anybody has quiet hours, an urgent alert at the same
        instant matters, too, because one text tells of both and does not wait.
        """
        found = set(self._measured)
        live = {rule_id for rule_id, rule in self._rules.items() if rule.status == "live"}
        for rule_id in live if people.may_be_quiet else ():
            one = self._rulebook.checked[rule_id]
            if "urgent" in {one.rule.severity, *(to for to, _ in one.raises)}:
                found.add(rule_id)
        while more := {
            rule_id for rule_id in live - found if found & set(self._rules[rule_id].quiets)
        }:
            found |= more
        return frozenset(found)

    def _may_be_medium(self) -> bool:
        severities = {
            severity
            for rule_id in self._measured
            for one in (self._rulebook.checked[rule_id],)
            for severity in (one.rule.severity, *(to for to, _ in one.raises))
        }
        return any(is_at_least(severity, "medium") for severity in severities)

    def batches(self, conn: Connection, archive: Archive | None = None) -> Iterator[int]:
        """Replay the caseload.

        Args:
            conn: The database.
            archive: Where to read clients and events instead; None for the database.

        Yields:
            How many clients have been replayed since before, each in all variants.
        """
        people = StaffDirectory(conn, self._query.since, self._query.until)
        for histories in whole_caseload(conn, self._query.until, archive):
            people.take([client.id for client in histories.clients])
            yield from self._batch(histories, people)

    def of_part(self, conn: Connection, archive: Archive, part: int) -> VariantReplay:
        """Return what a replay of one part of an archive found, apart from all others."""
        alone = copy(self)
        alone._clients, alone._groups, alone._entries, alone._entry = [], [], [], []
        alone.not_at_risk = 0
        histories = archived_part(archive, part, self._query.until)
        people = StaffDirectory(conn, self._query.since, self._query.until)
        people.take([client.id for client in histories.clients])
        for _ in alone._batch(histories, people):
            pass
        return alone

    @property
    def seen(self) -> int:
        """How many clients were replayed."""
        return len(self._clients) + self.not_at_risk

    def take(self, part: VariantReplay) -> None:
        """Add what a replay of a part found to what was found so far."""
        clients, entries = len(self._clients), len(self._entries)
        self._clients += part._clients
        self._groups += part._groups
        self._entries += [(client + clients, counted) for client, counted in part._entries]
        self._entry += [each + entries for each in part._entry]
        self.not_at_risk += part.not_at_risk

    def values(self) -> VariantValues:
        """Return what the alerts of each variant are worth, after the last batch."""
        entry = np.array(self._entry, np.intp).reshape(len(self._clients), len(self._variants)).T
        times = self._query.lead, self._query.horizon
        known_after = self._query.cohort is not None
        return VariantValues(
            self._clients, self._groups, self._entries, entry, times, known_after=known_after
        )

    def variant_set(self, tried: Tried) -> VariantSet:
        """Return the variants to choose from, the shipped one first, after the last batch."""
        away = np.array(tried.choices, np.intp) - [one.shipped for one in tried.numbers]
        others = [not one.is_cut_off for one in tried.numbers]
        alone = ~(away[:, others] != 0).any(axis=1)
        return VariantSet(self.values(), np.abs(away).sum(axis=1), alone, 0)

    def _batch(self, histories: Histories, people: StaffDirectory) -> Iterator[int]:
        fixed: dict[int, list[Span]] = defaultdict(list)
        for span in self._fixed.replay(histories):
            fixed[span.client_id].append(span)
        spans = VariantSpans(
            histories, [one[rule_id] for one in self._variants for rule_id in self._varying]
        )
        numbers = self._numbers(spans)
        yield len(histories.clients)
        followed = follow_ups(histories, self._query.since, self._query.until)
        relevant = self._relevant(people)
        for place, (client, follow_up) in enumerate(zip(histories.clients, followed, strict=True)):
            risk = at_risk_of(self._query, client, follow_up, fixed[client.id])
            if risk is None:
                self.not_at_risk += 1
            else:
                self._groups.append(attributes(client, risk))
                others = [span for span in fixed[client.id] if span.rule_id in relevant]
                varied = _Varied(spans, place, numbers[:, :, place], relevant)
                self._add(risk, others, varied, people)
            yield 1

    def _numbers(self, spans: VariantSpans) -> NDArray[np.intp]:
        """By variant, varying rule and client of the batch, the number of the client's spans."""
        known: dict[tuple[str, str], NDArray[np.intp]] = {}
        for one in self._variants:
            for rule_id in self._varying:
                key = rule_id, one[rule_id].rule.version
                if key not in known:
                    known[key] = spans.numbers(one[rule_id])
        found = [
            known[rule_id, one[rule_id].rule.version]
            for one in self._variants
            for rule_id in self._varying
        ]
        shape = len(self._variants), len(self._varying), len(spans)
        return np.array(found, np.intp).reshape(shape)

    def _add(
        self, risk: AtRisk, others: Sequence[Span], varied: _Varied, people: StaffDirectory
    ) -> None:
        """Find the entry of every variant for one client."""
        client = len(self._clients)
        self._clients.append(risk)
        # What begins later is told of after the time at risk, and one text waits no longer.
        until = min(self._query.until, risk.ended + self._wait)
        known: dict[tuple[object, ...], int] = {}
        one_each = np.zeros((len(self._variants), 1), np.intp)  # so that there is a column at all
        alike = np.column_stack((one_each, varied.numbers, self._again))
        _, first, like = np.unique(alike, axis=0, return_index=True, return_inverse=True)
        found: list[int] = []
        for variant in first.tolist():
            spans = known_by(varied.of(self._varying, varied.numbers[variant].tolist()), until)
            key = *spans, *self._again[variant].tolist()
            if key not in known:
                known[key] = len(self._entries)
                one, everything = self._variants[variant], [*known_by(others, until), *spans]
                counted = self._count(risk, everything, one, people, until)
                self._entries.append((client, counted))
            found.append(known[key])
        self._entry.append(np.array(found, np.intp)[like.ravel()])

    def _count(
        self,
        risk: AtRisk,
        spans: Sequence[Span],
        one: Rules,
        people: StaffDirectory,
        until: Instant,
    ) -> CountedAlerts:
        since = self._query.since
        again = {rule_id: one[rule_id].rule.tell_again for rule_id in self._varying}
        rules = self._rules | {
            rule_id: replace(self._rules[rule_id], tell_again=often)
            for rule_id, often in again.items()
        }
        told = simulate(spans, rules, self._routing, people, since, until)
        parts = [
            JudgedAlert(part.span.severity, part.span.began, part.span.ended, part.notified)
            for span in spans
            if span.rule_id in self._measured and (span.ended is None or span.ended > since)
            for part in alert_parts(span, told.tellings.get(span, ()))
            if is_at_least(part.span.severity, self._least)
        ]
        return counted_of(parts, risk, self._query.lead)
