"""A rulebook: checked rules, their numbered findings, and their conclusions for histories."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.measures.comparison import Comparison
from engine.measures.histories import SHIFT, Bools, Histories, Keys
from engine.measures.measure import Finding
from engine.measures.ranks import ranks
from engine.measures.step_functions import flips, in_care, merged
from engine.model.alert import AlertEvidence
from engine.model.instant import Instant
from engine.model.rule import SEVERITIES, Rule, Severity
from engine.model.spans import Raise, Span
from engine.rulebook.core import logic_tree
from engine.rulebook.core.condition_walks import kinds
from engine.rulebook.core.conditions import AllOf, AnyOf, Condition, Points, SomeOf, flips_of
from engine.rulebook.core.evidence import EvidenceAt, evidence
from engine.rulebook.core.figures import Figure
from engine.rulebook.core.spans import held, raised
from engine.rulebook.core.tunable import Tunable
from engine.rulebook.inference.conclusions import Inference
from engine.rulebook.parsing.rule_parser import WrittenRule
from engine.rulebook.plans.plans import Plans


def _raise_of(rule_id: str, severity: Severity) -> str:
    """Return the name of the tree of a rule's raise; no rule can have this id."""
    return f"{rule_id} raised to {severity}"


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """A rule with its denials in the findings and other rules put in; `written` is its source."""

    rule: Rule
    written: WrittenRule
    when: Condition
    raises: tuple[tuple[Severity, Condition], ...] = ()


class _Held(NamedTuple):
    """The spans of a rule.

    `began` and `ended` (n,) are the keys at which its spans begin and end. `severity` (n,) is the
    severity at which each began, as a place in SEVERITIES. `raised` holds the later raises by the
    place of their span.
    """

    of: CheckedRule
    began: Keys
    ended: Keys
    severity: NDArray[np.intp]
    raised: Mapping[int, tuple[Raise, ...]]


class Rulebook:
    """An accepted set of rules and the plans that serve with them, which never changes.

    `files` are the texts that it was read from, by name.
    """

    def __init__(
        self,
        checked: Mapping[str, CheckedRule],
        files: Mapping[str, str],
        figures: Sequence[Figure] = (),
        plans: Plans | None = None,
        tunables: Sequence[Tunable] = (),
    ) -> None:
        self.checked = dict(checked)
        self.files = dict(files)
        self.figures = tuple(figures)
        self.plans = plans or Plans()
        self.tunables = tuple(tunables)
        self.rules: dict[str, Rule] = {
            rule_id: checked.rule for rule_id, checked in self.checked.items()
        }
        self.hash = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()
        self.findings: dict[Finding, int] = {}
        self.trees: dict[str, logic_tree.Tree] = {}
        for rule_id, one in self.checked.items():
            self.trees[rule_id] = self._tree(one.when)
            for severity, condition in one.raises:
                self.trees[_raise_of(rule_id, severity)] = self._tree(condition)

    @cached_property
    def inference(self) -> Inference:
        """The compiled rules.

        They are compiled at the first row, because rulesets of durable_rules can never be freed.
        """
        return Inference(self.trees, len(self.findings))

    def go_on_from(self, before: Rulebook) -> None:
        """Infer with the trees compiled for the set before, if only words or thresholds differ."""
        same = list(self.trees.items()) == list(before.trees.items())
        if same and len(self.findings) == len(before.findings):
            self.inference = before.inference

    @cached_property
    def kinds(self) -> Mapping[str, frozenset[str]]:
        """The kinds of events that each rule looks at, by rule id."""
        return {rule_id: kinds(one.when) for rule_id, one in self.checked.items()}

    @cached_property
    def advice(self) -> Mapping[str, str]:
        """The advice of each rule about its alerts, by rule id."""
        return {rule_id: rule.advice for rule_id, rule in self.rules.items() if rule.advice}

    def began_in_silence(
        self, histories: Histories, client_id: int, rule_id: str, began: Instant
    ) -> bool:
        """Return whether a span began because time passed, and not because of an event.

        That is so if neither an event that the rule looks at nor a change of the client's record
        stands at its beginning. A rule that looks at no events waits for none.
        """
        at = began - self.rules[rule_id].hold
        changed = any(
            entry.at == at for entry in histories.clients[histories.place[client_id]].record
        )
        looks_at = self.kinds[rule_id]
        return (
            bool(looks_at)
            and not changed
            and looks_at.isdisjoint(histories.kinds_at(client_id, at))
        )

    def only(self, rule_ids: Collection[str]) -> Rulebook:
        """Return some of the rules, under the same hash.

        Each already holds the rules that it refers to.
        """
        return Rulebook(
            {rule_id: one for rule_id, one in self.checked.items() if rule_id in rule_ids},
            self.files,
            plans=self.plans,
        )

    def _tree(self, condition: Condition) -> logic_tree.Tree:
        match condition:
            case Finding():
                return logic_tree.Leaf(self.findings.setdefault(condition, len(self.findings)))
            case AllOf(parts):
                return logic_tree.AllTrees(tuple(self._tree(part) for part in parts))
            case AnyOf(parts):
                return logic_tree.AnyTree(tuple(self._tree(part) for part in parts))
            case SomeOf(at_least, parts):
                # One finding that counts, because the ways to choose some of many are too many
                # trees.
                one_each = Points(tuple((1, part) for part in parts))
                return self._tree(Finding(one_each, Comparison("at_least", at_least)))
            case _:
                raise AssertionError(condition)

    def conclusions(self, histories: Histories) -> tuple[Keys, Bools]:
        """Return (n,) keys, and (n, trees) the conclusions from each of them to the next.

        Nothing is concluded about a client while rules do not apply to them.
        """
        changes = [in_care(histories), *(flips_of(finding, histories) for finding in self.findings)]
        instants = merged(changes)
        changed = np.zeros((len(changes), len(instants)), bool)
        for row, change in zip(changed, changes, strict=True):
            row[ranks(instants, change, "left")] = True
        truth = np.logical_xor.accumulate(changed, axis=1).T
        return instants, self.inference.conclude(truth[:, 1:]) & truth[:, :1]

    def replay(self, histories: Histories) -> list[Span]:
        """Return every span of every client over all time, by client, rule and beginning.

        It reaches as far as the known events. Later spans come about if no event comes.
        """
        if not self.checked or not histories.clients:
            return []
        instants, concluded = self.conclusions(histories)
        columns = {name: concluded[:, column] for column, name in enumerate(self.trees)}
        found = []
        for rule_id, one in sorted(self.checked.items()):
            began, ended = held(
                flips(instants, columns[rule_id]), one.rule.hold, one.rule.clears_after
            )
            raises = {
                SEVERITIES.index(severity): flips(instants, columns[_raise_of(rule_id, severity)])
                for severity, _ in one.raises
            }
            found.append(_Held(one, began, ended, *raised(one.rule.severity, raises, began, ended)))
        return _spans(histories, found)

    def evidence(
        self, histories: Histories, rule_id: str, wanted: Sequence[EvidenceAt]
    ) -> list[AlertEvidence]:
        """Return the findings of a rule for clients at instants, and the ways to clear it.

        Args:
            histories: The batch, with the ids of its events.
            rule_id: The rule.
            wanted: The clients and instants, at least one; a span clears as `replay` returns it.
        """
        return evidence(histories, self.checked[rule_id].when, wanted)


def _spans(histories: Histories, found: Sequence[_Held]) -> list[Span]:
    """Return the spans by client, rule and beginning, from rules ordered by id."""
    began, ended = (
        np.concatenate([one.began for one in found]),
        np.concatenate([one.ended for one in found]),
    )
    rule_ids = np.repeat(
        np.array([one.of.rule.id for one in found], object), [len(one.began) for one in found]
    )
    severities = np.array(SEVERITIES, object)[np.concatenate([one.severity for one in found])]
    later = np.empty(len(began), object)
    later.fill(())
    start = 0
    for one in found:
        for place, raises in one.raised.items():
            base = int(one.began[place]) >> SHIFT << SHIFT
            later[start + place] = tuple(Raise(key - base, to) for key, to in raises)
        start += len(one.began)
    order = np.argsort(began >> SHIFT, kind="stable")
    began, ended, rule_ids = began[order], ended[order], rule_ids[order]
    owners = began >> SHIFT
    ends = (ended - (owners << SHIFT)).astype(object)
    ends[ended >> SHIFT > owners] = None
    columns = (
        np.array([client.id for client in histories.clients], object)[owners],
        rule_ids,
        severities[order],
        began - (owners << SHIFT),
        ends,
        later[order],
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    # Less than half the time of `Span._make`, because no Python runs for a span.
    return list(map(partial(tuple.__new__, Span), rows))
