"""Conditions as they are read: findings joined by all, any, none, and references to other rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.measures.counting import Count, Sequence, Share, Streak
from engine.measures.elapsed import ClientAttribute, TimeSinceDay, TimeSinceEvent
from engine.measures.field_values import Change, Latest, Statistic, Trend
from engine.measures.measure import Finding


@dataclass(frozen=True, slots=True)
class AllOf:
    """True where every part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True where at least one part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """True where every part is known to be false."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class RuleHolds:
    """True where another rule's conditions are, before its own hold and clears_after."""

    rule_id: str


Condition = Finding | AllOf | AnyOf | NoneOf | RuleHolds


def positive(condition: Condition, denied: bool = False) -> Condition:
    """The same condition with every denial moved down into its findings, so that only findings, all and any are left.

    References to rules must have been put in before (see `with_rules`).
    """
    match condition:
        case Finding():
            return condition.denied() if denied else condition
        case RuleHolds(rule_id):
            raise ValueError(f"the reference to {rule_id} was not put in")
        case NoneOf(parts):
            joined = AnyOf if denied else AllOf
            return joined(tuple(positive(part, not denied) for part in parts))
        case AllOf(parts) | AnyOf(parts):
            joined = AllOf if isinstance(condition, AllOf) != denied else AnyOf
            return joined(tuple(positive(part, denied) for part in parts))


def with_rules(condition: Condition, others: dict[str, Condition]) -> Condition:
    """The condition with every reference replaced by that rule's conditions; those must have no references left."""
    match condition:
        case RuleHolds(rule_id):
            return others[rule_id]
        case AllOf(parts) | AnyOf(parts) | NoneOf(parts):
            return type(condition)(tuple(with_rules(part, others) for part in parts))
        case _:
            return condition


def findings(condition: Condition) -> Iterator[Finding]:
    """Every finding in it, in the order written."""
    match condition:
        case Finding():
            yield condition
        case AllOf(parts) | AnyOf(parts) | NoneOf(parts):
            for part in parts:
                yield from findings(part)


def depth_of(condition: Condition) -> int:
    """How many all, any and none stand in one another."""
    if isinstance(condition, AllOf | AnyOf | NoneOf):
        return 1 + max(map(depth_of, condition.parts))
    return 0


def may_be_unknown(finding: Finding) -> bool:
    """Whether its measure may have no value for somebody in care."""
    match finding.measure:
        case TimeSinceEvent(starting=starting):
            return starting is not None  # before that day
        case TimeSinceDay(since=since):
            return since == "discharged"
        case Latest() | Statistic() | Trend() | Change() | Share() | ClientAttribute():
            return True
        case _:
            return False


def kinds(condition: Condition) -> frozenset[str]:
    """The kinds of events that it looks at."""
    found = set()
    for finding in findings(condition):
        match finding.measure:
            case Sequence(first=(first, _), second=(second, _)):
                found |= {first, second}
            case (
                Count(kind=kind) | Share(kind=kind) | Streak(kind=kind) | TimeSinceEvent(kind=kind)
            ):
                found.add(kind)
            case Latest(kind=kind) | Statistic(kind=kind) | Trend(kind=kind) | Change(kind=kind):
                found.add(kind)
            case TimeSinceDay() | ClientAttribute():
                pass
            case measure:
                raise AssertionError(measure)
    return frozenset(found)


def references(condition: Condition) -> Iterator[str]:
    """The id of every rule it refers to."""
    match condition:
        case RuleHolds(rule_id):
            yield rule_id
        case AllOf(parts) | AnyOf(parts) | NoneOf(parts):
            for part in parts:
                yield from references(part)
