"""durable_rules as one would use it by itself.

A snapshot of every measure is asserted and retracted at each event.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from durable import engine as durable

from engine.measures.field_values import Latest
from engine.measures.histories import Histories, Keys, Numbers
from engine.measures.measure import Finding, Measure, Number
from engine.rulebook.core.conditions import AllOf, Condition
from engine.rulebook.core.rulebook import Rulebook

_OPERATORS: Mapping[str, str] = {
    "at_least": "$gte",
    "at_most": "$lte",
    "more_than": "$gt",
    "less_than": "$lt",
}
Snapshot = dict[str, Any]


def snapshots(rulebook: Rulebook, batches: Sequence[Histories], every: int) -> list[Snapshot]:
    """What each measure is worth at every n-th event; a measure without a value is left out."""
    facts: list[Snapshot] = []
    for histories in batches:
        keys = histories.key[::every]
        values = np.column_stack(
            [_numbers(finding.measure, histories, keys) for finding in rulebook.findings]
        )
        for row in values.tolist():
            known = {
                f"v{column}": value for column, value in enumerate(row) if not math.isnan(value)
            }
            facts.append({"id": len(facts) + 1, "sid": 1, **known})
    return facts


def _numbers(measure: Measure, histories: Histories, keys: Keys) -> Numbers:
    if isinstance(measure, Number):
        return measure.numbers(histories, keys)
    assert isinstance(measure, Latest)
    known, newest = measure.newest(histories, keys)
    numbers = np.full(len(keys), np.nan)
    numbers[known] = histories.numbers(newest, measure.field)
    return numbers


class Rules:
    """The rules of a rulebook over snapshots, in durable_rules' own comparisons of numbers."""

    def __init__(self, rulebook: Rulebook) -> None:
        numbers = rulebook.findings
        rules = {
            rule_id: {"all": [{"m": _expression(checked.when, numbers)}], "run": lambda _: None}
            for rule_id, checked in rulebook.checked.items()
        }
        self._ruleset = durable.Ruleset("snapshots", None, rules)

    def feed(self, facts: Sequence[Snapshot]) -> int:
        """Assert and retract each snapshot; how many rules fired in all.

        The ruleset is used without its Host, which would make it slower.
        """
        return sum(map(self._fire, facts))

    def _fire(self, fact: Snapshot) -> int:
        try:
            state = self._ruleset.assert_fact(fact)
        except durable.MessageNotHandledException:  # no rule matched
            return 0
        library, fired = durable.durable_rules_engine, 0
        started = library.start_action_for_state(self._ruleset._handle, state)
        firing = started[1] if started else None
        while firing:
            fired += 1
            firing = library.complete_and_start_action(self._ruleset._handle, state)
        self._ruleset.retract_fact(fact)
        return fired


def _expression(condition: Condition, numbers: Mapping[Finding, int]) -> dict[str, Any]:
    if isinstance(condition, Finding):
        comparison = condition.comparison
        return {_OPERATORS[comparison.operator]: {f"v{numbers[condition]}": comparison.operand}}
    assert isinstance(condition, AllOf)
    return {"$and": [_expression(part, numbers) for part in condition.parts]}
