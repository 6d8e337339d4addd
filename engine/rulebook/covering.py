"""Whether one rule makes another one needless: wherever the other would tell somebody, it has told them already.

It claims nothing that does not show in the conditions as they are written, so it finds some such rules and not all.
"""

from __future__ import annotations

from collections.abc import Collection

from engine.measures.comparison import Comparison
from engine.measures.measure import Finding
from engine.model.rule import SEVERITIES, Rule, Severity
from engine.rulebook.conditions import AllOf, AnyOf, Condition
from engine.rulebook.rulebook import CheckedRule


def covers(wide: CheckedRule, narrow: CheckedRule, rules: Collection[Rule]) -> bool:
    """Whether every alert of `narrow` falls into one of `wide` which tells the same people, as urgently and as often.

    `rules` are all there are, for some may quiet the one and not the other.
    """
    one, other = wide.rule, narrow.rule
    quieting_one = {rule.id for rule in rules if one.id in rule.quiets}
    quieting_other = {rule.id for rule in rules if other.id in rule.quiets}
    return (
        one.status == other.status == "live"
        and one.notify == other.notify
        and one.hold <= other.hold
        and one.clears_after >= other.clears_after
        and (other.remind is None or (one.remind is not None and one.remind <= other.remind))
        and _rank(one.severity) <= _rank(narrow.raise_to or other.severity)
        and quieting_one <= quieting_other
        and set(other.quiets) <= set(one.quiets)
        and implies(narrow.when, wide.when)
    )


def implies(one: Condition, other: Condition) -> bool:
    """Whether the first condition plainly cannot be true without the second; denials must have been moved down."""
    if one == other:
        return True
    if isinstance(other, AllOf):
        return all(implies(one, part) for part in other.parts)
    if isinstance(one, AnyOf):
        return all(implies(part, other) for part in one.parts)
    if isinstance(other, AnyOf) and any(implies(one, part) for part in other.parts):
        return True
    if isinstance(one, AllOf):
        return any(implies(part, other) for part in one.parts)
    return isinstance(one, Finding) and isinstance(other, Finding) and _finding_implies(one, other)


def _finding_implies(one: Finding, other: Finding) -> bool:
    return one.measure == other.measure and _comparison_implies(one.comparison, other.comparison)


def _comparison_implies(one: Comparison, other: Comparison) -> bool:
    """Of two thresholds on one value, whether who is beyond the first is beyond the second."""
    near, far = one.operand, other.operand
    if not isinstance(near, int | float) or not isinstance(far, int | float):
        return False
    match one.operator, other.operator:
        case ("at_least" | "is", "at_least") | ("more_than", "at_least" | "more_than"):
            return near >= far
        case "at_least" | "is", "more_than":
            return near > far
        case ("at_most" | "is", "at_most") | ("less_than", "at_most" | "less_than"):
            return near <= far
        case "at_most" | "is", "less_than":
            return near < far
        case _:
            return False


def _rank(severity: Severity) -> int:
    return SEVERITIES.index(severity)
