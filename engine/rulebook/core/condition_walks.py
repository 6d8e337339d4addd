"""Walks over conditions that rewrite them or collect their parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from engine.measures.compared import Compared
from engine.measures.counting import Count, Sequence, Share
from engine.measures.elapsed import ClientAttribute, TimeSinceDay, TimeSinceEvent
from engine.measures.field_values import Change, Latest, Scores, Statistic, Trend
from engine.measures.measure import Finding, Measure
from engine.measures.signal import KindOrSignal, Signal, kinds_of
from engine.measures.streaks import Streak
from engine.measures.weekday import Weekday
from engine.rulebook.core.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Ever,
    NoneOf,
    Points,
    RuleHolds,
    SomeOf,
)


def positive(condition: Condition, denied: bool = False) -> Condition:
    """Move every denial down into the findings.

    Args:
        condition: A condition whose references to rules are put in (see `with_rules`).
        denied: Whether the condition stands under an odd number of `none:`.

    Returns:
        The same condition, made of findings, all, any and some alone.

    Raises:
        ValueError: A reference to a rule was not put in.
    """
    match condition:
        case Finding(measure, comparison):
            found = Finding(_within(measure, positive), comparison)
            return found.denied() if denied else found
        case RuleHolds(rule_id):
            raise ValueError(f"the reference to {rule_id} was not put in")
        case SomeOf(at_least, parts):
            # Fewer than 2 of 5 hold exactly if at least 4 of the 5 do not.
            needed = len(parts) - at_least + 1 if denied else at_least
            return SomeOf(needed, tuple(positive(part, denied) for part in parts))
        case NoneOf(parts):
            joined = AnyOf if denied else AllOf
            return joined(tuple(positive(part, not denied) for part in parts))
        case AllOf(parts) | AnyOf(parts):
            joined = AllOf if isinstance(condition, AllOf) != denied else AnyOf
            return joined(tuple(positive(part, denied) for part in parts))


def with_rules(condition: Condition, others: dict[str, Condition]) -> Condition:
    """Put the conditions of other rules in place of the references to them.

    Args:
        condition: Any condition.
        others: By rule id, conditions that hold no references themselves.

    Returns:
        The condition without references.
    """

    def put_in(part: Condition) -> Condition:
        return with_rules(part, others)

    match condition:
        case RuleHolds(rule_id):
            return others[rule_id]
        case SomeOf(at_least, parts):
            return SomeOf(at_least, tuple(map(put_in, parts)))
        case AllOf(parts) | AnyOf(parts) | NoneOf(parts):
            return type(condition)(tuple(map(put_in, parts)))
        case Finding(measure, comparison):
            return Finding(_within(measure, put_in), comparison)


def _within(measure: Measure, change: Callable[[Condition], Condition]) -> Measure:
    """Return the measure with each condition in it changed."""
    match measure:
        case Points(items):
            changed = tuple((points, change(part)) for points, part in items)
            return replace(measure, items=changed)
        case Ever(condition):
            return Ever(change(condition))
        case _:
            return measure


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions that a condition joins; none if it joins none."""
    match condition:
        case AllOf(parts) | AnyOf(parts) | NoneOf(parts) | SomeOf(_, parts):
            return parts
        case _:
            return ()


def inner_of(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions in a finding's measure: a scorecard's items, or the one of `ever`."""
    match condition:
        case Finding(Points(items)):
            return tuple(part for _, part in items)
        case Finding(Ever(inner)):
            return (inner,)
        case _:
            return ()


def findings(condition: Condition) -> Iterator[Finding]:
    """Yield every finding that the condition joins, in the order written.

    Findings inside a scorecard or `ever` are left out.
    """
    if isinstance(condition, Finding):
        yield condition
    for part in parts_of(condition):
        yield from findings(part)


def everything(condition: Condition) -> Iterator[Condition]:
    """Yield the condition and every condition in it, those inside scorecards and `ever` too."""
    yield condition
    for part in (*parts_of(condition), *inner_of(condition)):
        yield from everything(part)


def all_findings(condition: Condition) -> Iterator[Finding]:
    """Every finding in it, those inside scorecards and `ever` too."""
    return (one for one in everything(condition) if isinstance(one, Finding))


def references(condition: Condition) -> Iterator[str]:
    """Yield the id of every rule that a condition refers to."""
    return (one.rule_id for one in everything(condition) if isinstance(one, RuleHolds))


def joined_references(condition: Condition) -> Iterator[str]:
    """Yield the id of every rule that it joins; not of those inside a scorecard or `ever`."""
    if isinstance(condition, RuleHolds):
        yield condition.rule_id
    for part in parts_of(condition):
        yield from joined_references(part)


def size(condition: Condition) -> int:
    """Return how many findings and references a condition has."""
    return sum(isinstance(one, Finding | RuleHolds) for one in everything(condition))


def depth_of(condition: Condition) -> int:
    """Return how deep joins, scorecards and `ever` stand in one another."""
    inner = (*parts_of(condition), *inner_of(condition))
    return 1 + max(map(depth_of, inner)) if inner else 0


def may_be_unknown(finding: Finding) -> bool:
    """Return whether its measure may have no value while a client is in care."""
    match finding.measure:
        case TimeSinceEvent(starting=starting):
            return starting is not None  # before that day
        case TimeSinceDay(since=since):
            return since == "discharged"
        case Latest() | Statistic() | Trend() | Change() | Share() | ClientAttribute():
            return True
        case Compared(measure):
            return may_be_unknown(Finding(measure, finding.comparison))
        case _:
            return False


def signals(condition: Condition) -> dict[str, Signal]:
    """Return the signals that a condition looks at, by name."""
    found: dict[str, Signal] = {}
    for finding in all_findings(condition):
        match finding.measure:
            case Sequence(first=(first, _), second=(second, _)):
                looked_at: tuple[KindOrSignal, ...] = (first, second)
            case measure:
                inner = measure.measure if isinstance(measure, Compared) else measure
                looked_at = (getattr(inner, "kind", ""),)
        found |= {one.name: one for one in looked_at if isinstance(one, Signal)}
    return found


def scores_in(condition: Condition) -> tuple[Scores, ...]:
    """Return the scores of words that a condition uses, each once."""
    found: dict[Scores, None] = {}
    for finding in all_findings(condition):
        measure = finding.measure
        inner = measure.measure if isinstance(measure, Compared) else measure
        if isinstance(inner, Statistic | Trend) and inner.scores is not None:
            found[inner.scores] = None
    return tuple(found)


def kinds(condition: Condition) -> frozenset[str]:
    """Return the kinds of events that a condition looks at.

    Raises:
        AssertionError: The condition holds a reference to a rule.
    """
    found: set[str] = set()
    for finding in all_findings(condition):
        measure = finding.measure
        match measure.measure if isinstance(measure, Compared) else measure:
            case Sequence(first=(first, _), second=(second, _)):
                found |= kinds_of(first) | kinds_of(second)
            case (
                Count(kind=kind) | Share(kind=kind) | Streak(kind=kind) | TimeSinceEvent(kind=kind)
            ):
                found |= kinds_of(kind)
            case Latest(kind=kind) | Statistic(kind=kind) | Trend(kind=kind) | Change(kind=kind):
                found |= kinds_of(kind)
            case TimeSinceDay() | ClientAttribute() | Points() | Ever() | Weekday():
                pass
            case other:
                raise AssertionError(other)
    return frozenset(found)
