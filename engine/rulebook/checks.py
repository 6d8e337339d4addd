"""Checks that need all rules together: ids, circles, quiets, denials, and rules true of an empty history."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.measures.comparison import Comparison
from engine.measures.counting import Share
from engine.measures.elapsed import ClientAttribute
from engine.measures.field_values import Change, Latest, Statistic, Trend
from engine.measures.histories import Histories
from engine.measures.measure import Finding
from engine.measures.steps import truth_at
from engine.model.client import Client, RecordEntry
from engine.model.instant import DAY_US
from engine.rulebook.conditions import AllOf, AnyOf, Condition, NoneOf, RuleHolds, positive, references, with_rules
from engine.rulebook.reading import nearest
from engine.rulebook.rule_reader import WrittenRule

_MAY_BE_UNKNOWN = (Latest, Statistic, Trend, Change, Share)


def check_rules(written: list[WrittenRule]) -> None:
    """Note the mistakes that show only when all rules are seen together."""
    by_id = _check_ids(written)
    for rule in written:
        _check_references(rule, by_id)
        _check_denials(rule)
    circles = _check_circles(by_id)
    for rule in written:
        reached = _reached(rule.when, by_id, set())
        if not reached & circles and reached <= by_id.keys():
            _check_empty(rule, by_id)


def _check_ids(written: list[WrittenRule]) -> dict[str, WrittenRule]:
    by_id: dict[str, WrittenRule] = {}
    for rule in written:
        first = by_id.setdefault(rule.id, rule)
        if rule.id and first is not rule:
            place = f"{first.reading.source.name}:{first.node.start_mark.line + 1}"
            retired = " and is retired" if first.status == "retired" else ""
            rule.reading.mistake(
                rule.nodes["id"], f"the id '{rule.id}' stands in {place} already{retired}; an id is never used again"
            )
    return by_id


def _check_references(rule: WrittenRule, by_id: dict[str, WrittenRule]) -> None:
    known = by_id.keys() - {rule.id}
    for part in ("when", "raise"):
        condition = rule.when if part == "when" else rule.raise_when
        for rule_id in set(references(condition)) if condition else ():
            if rule_id not in by_id:
                rule.reading.mistake(rule.nodes[part], f"there is no rule '{rule_id}'{nearest(rule_id, known)}")
    for word in rule.quiets:
        if word not in known:
            text = (
                "a rule cannot quiet itself" if word == rule.id else f"there is no rule '{word}'{nearest(word, known)}"
            )
            rule.reading.mistake(rule.nodes["quiets"], f"quiets: {text}")


def _reached(condition: Condition, by_id: dict[str, WrittenRule], seen: set[str]) -> set[str]:
    """Every rule id that a condition leads to."""
    for rule_id in references(condition):
        if rule_id not in seen:
            seen.add(rule_id)
            if rule_id in by_id:
                _reached(by_id[rule_id].when, by_id, seen)
    return seen


def _check_circles(by_id: dict[str, WrittenRule]) -> set[str]:
    circles = {rule_id for rule_id, rule in by_id.items() if rule_id in _reached(rule.when, by_id, set())}
    for rule_id in sorted(circles):
        rule = by_id[rule_id]
        rule.reading.mistake(
            rule.nodes["when"], f"'{rule_id}' leads back to itself; a rule cannot build on its own result"
        )
    return circles


def _check_denials(rule: WrittenRule) -> None:
    """A denied comparison on a value that may not be there satisfies nothing, which few expect: refuse it."""
    for part in ("when", "raise"):
        condition = rule.when if part == "when" else rule.raise_when
        for finding in _denied(condition) if condition else ():
            if isinstance(finding.measure, _MAY_BE_UNKNOWN):
                opposite = finding.denied().comparison
                rule.reading.mistake(
                    rule.nodes[part],
                    "none: over a value that may be missing is satisfied by nothing while it is missing; "
                    f"write what must be true instead ({_in_words(opposite)}), or use time_since: for silence",
                )


def _in_words(comparison: Comparison) -> str:
    operator = "not one of" if comparison.operator == "none_of" else comparison.operator
    operand = comparison.operand
    words = (
        ", ".join(map(str, operand))
        if isinstance(operand, tuple)
        else f"{operand:g}"
        if isinstance(operand, float)
        else operand
    )
    return f"{operator}: {words}"


def _denied(condition: Condition, denied: bool = False) -> Iterator[Finding]:
    match condition:
        case Finding():
            if denied:
                yield condition
        case NoneOf(parts):
            for part in parts:
                yield from _denied(part, not denied)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _denied(part, denied)
        case RuleHolds():
            pass


# A client enrolled and discharged on one day, of whom nothing has been heard.
_ENROLLED_AT = 18_000 * DAY_US
_NEW = Histories(
    [
        Client(
            0,
            "new",
            "UTC",
            (RecordEntry(_ENROLLED_AT, "enrolled", None), RecordEntry(_ENROLLED_AT, "discharged", None)),
        )
    ],
    [],
)


def _check_empty(rule: WrittenRule, by_id: dict[str, WrittenRule]) -> None:
    """A rule that would fire for a client with no events at the instant of enrolment is refused."""
    resolved: dict[str, Condition] = {}

    def put_in(condition: Condition) -> Condition:
        for rule_id in references(condition):
            if rule_id not in resolved:
                resolved[rule_id] = put_in(by_id[rule_id].when)
        return with_rules(condition, resolved)

    if _true_of_nothing(positive(put_in(rule.when))):
        rule.reading.mistake(
            rule.nodes.get("when", rule.node),
            "this is true of a client at the instant of enrolment, before anything is known; "
            "add a condition that something must have happened, or that time must have gone by",
        )


def _true_of_nothing(condition: Condition) -> bool:
    match condition:
        case AllOf(parts):
            return bool(parts) and all(_true_of_nothing(part) for part in parts)
        case AnyOf(parts):
            return any(_true_of_nothing(part) for part in parts)
        case Finding(measure=ClientAttribute()):
            return True  # some client may have it
        case Finding():
            instant = np.array([_ENROLLED_AT], np.int64)
            return bool(truth_at(condition.flips(_NEW), instant)[0])
        case _:
            return False
