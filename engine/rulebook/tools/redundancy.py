"""Redundant rules: another rule tells the same people no later.

Only the conditions as written count, so it finds some such rules and not all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import reduce
from operator import or_

from engine.measures.comparison import Comparison
from engine.measures.measure import Finding, Measure
from engine.model.rule import SEVERITIES, Rule, Severity
from engine.rulebook.core.condition_walks import findings
from engine.rulebook.core.conditions import AllOf, AnyOf, Condition, SomeOf
from engine.rulebook.core.rulebook import CheckedRule


def covered(rules: Sequence[CheckedRule]) -> dict[str, str]:
    """Return, by the id of each covered rule, the id of the covering one.

    If two rules cover each other, the later one counts as covered.
    """
    bits: dict[Measure, int] = {}

    def mask(measures: Iterable[Measure]) -> int:
        return reduce(or_, (1 << bits.setdefault(measure, len(bits)) for measure in measures), 0)

    # The measures that an implying rule needs, and those it has; few pairs pass this sieve.
    needed = [mask(_demanded(one.when)) for one in rules]
    measured = [mask(finding.measure for finding in findings(one.when)) for one in rules]
    every = [one.rule for one in rules]
    found: dict[str, str] = {}
    for place, narrow in enumerate(rules):
        for other, wide in enumerate(rules):
            if (
                place == other
                or needed[other] & ~measured[place]
                or not covers(wide, narrow, every)
            ):
                continue
            if other < place or not covers(narrow, wide, every):
                found[narrow.rule.id] = wide.rule.id
                break
    return found


def _demanded(condition: Condition) -> Iterator[Measure]:
    match condition:
        case Finding(measure):
            yield measure
        case AllOf(parts):
            for part in parts:
                yield from _demanded(part)


def covers(wide: CheckedRule, narrow: CheckedRule, rules: Collection[Rule]) -> bool:
    """Return whether each alert of `narrow` falls into one of `wide` that tells as much.

    `rules` are all the rules, because some may quiet the one and not the other.
    """
    one, other = wide.rule, narrow.rule
    return (
        one.status == other.status == "live"
        and one.notify == other.notify
        and one.hold <= other.hold
        and one.clears_after >= other.clears_after
        and one.tell_again == other.tell_again
        and (other.remind is None or (one.remind is not None and one.remind <= other.remind))
        and _rank(one.severity) <= _rank(_highest(narrow))
        and set(other.quiets) <= set(one.quiets)
        and implies(narrow.when, wide.when)
        and all(other.id in rule.quiets for rule in rules if one.id in rule.quiets)
    )


def implies(one: Condition, other: Condition) -> bool:
    """Return whether the first condition plainly implies the second.

    Denials must have been moved down into the findings.
    """
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
    if isinstance(one, SomeOf) or isinstance(other, SomeOf):
        return False
    return isinstance(one, Finding) and isinstance(other, Finding) and _finding_implies(one, other)


def _finding_implies(one: Finding, other: Finding) -> bool:
    return one.measure == other.measure and _comparison_implies(one.comparison, other.comparison)


def _comparison_implies(one: Comparison, other: Comparison) -> bool:
    """Return whether a value beyond the first threshold is always beyond the second."""
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


def _highest(one: CheckedRule) -> Severity:
    """Return the highest severity that its alerts can reach."""
    return min([one.rule.severity, *(to for to, _ in one.raises)], key=_rank)


def _rank(severity: Severity) -> int:
    return SEVERITIES.index(severity)
