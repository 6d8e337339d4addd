"""Checks across rules: ids, circles, quiets, denials, and rules true of an empty history."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

import yaml

from engine.measures.elapsed import ClientAttribute, TimeSinceDay, TimeSinceEvent
from engine.measures.histories import Histories
from engine.measures.measure import Finding
from engine.measures.window import DayAfter
from engine.model.client import Client, RecordEntry
from engine.model.event import EventColumns
from engine.model.instant import DAY_US
from engine.model.nearest_word import nearest_word
from engine.rulebook.core.condition_walks import (
    all_findings,
    findings,
    may_be_unknown,
    positive,
    references,
    size,
    with_rules,
)
from engine.rulebook.core.conditions import AllOf, AnyOf, Condition, Ever, Points, SomeOf
from engine.rulebook.parsing.condition_parser import MOST_FINDINGS
from engine.rulebook.parsing.reading import Reading, nearest
from engine.rulebook.parsing.rule_parser import WrittenRule

MOST_LINKS = 12


def check_rules(written: list[WrittenRule], *, complete: bool = True) -> dict[str, Condition]:
    """Note the mistakes that show only when all rules are seen together.

    Args:
        written: The rules.
        complete: Whether all files could be read. If not, a missing rule may be in another file.

    Returns:
        Each rule without mistakes: its conditions, with those of the rules that it names put in.
    """
    by_id = _check_ids(written)
    if complete:
        _check_references(written, by_id)
    resolved = _put_in(by_id)
    for rule in by_id.values():
        if complete:
            _check_quiets(rule, by_id)
        if rule.id in resolved:
            _check_empty(rule, resolved[rule.id])
    _check_denied_rules(written, resolved)
    return resolved


def _check_ids(written: list[WrittenRule]) -> dict[str, WrittenRule]:
    by_id: dict[str, WrittenRule] = {}
    for rule in written:
        first = by_id.setdefault(rule.id, rule)
        if rule.id and first is not rule:
            place = f"{first.reading.source.name}:{first.node.start_mark.line + 1}"
            retired = " and is retired" if first.status == "retired" else ""
            rule.reading.mistake(
                rule.nodes["id"],
                f"the id '{rule.id}' stands in {place} already{retired}; an id is never used again",
            )
    return by_id


def _check_references(written: list[WrittenRule], by_id: dict[str, WrittenRule]) -> None:
    for reading in _readings(written):
        for rule_id, node in reading.referred:
            if rule_id not in by_id:
                reading.mistake(node, f"there is no rule '{rule_id}'{nearest(rule_id, by_id)}")
                _say_nearest(reading, node, rule_id, by_id)


def _say_nearest(
    reading: Reading, node: yaml.Node, wanted: str, by_id: dict[str, WrittenRule]
) -> None:
    """Note that the slip may be in the id of the rule itself, and not where it is named."""
    if rule_id := nearest_word(wanted, by_id, alike=0.9):
        place = f"{reading.source.name}:{node.start_mark.line + 1}"
        rule = by_id[rule_id]
        rule.reading.mistake(
            rule.nodes["id"], f"'{rule_id}' is not quite '{wanted}', which {place} names"
        )


def _readings(written: list[WrittenRule]) -> list[Reading]:
    """Return the files of the rules, each once."""
    return list({id(rule.reading): rule.reading for rule in written}.values())


def _check_quiets(rule: WrittenRule, by_id: dict[str, WrittenRule]) -> None:
    known = by_id.keys() - {rule.id}
    for word in rule.quiets:
        if word not in known:
            itself = word == rule.id
            text = (
                "a rule cannot quiet itself"
                if itself
                else f"there is no rule '{word}'{nearest(word, known)}"
            )
            place = next(
                item for item in rule.nodes["quiets"].value if str(item.value).strip() == word
            )
            rule.reading.mistake(place, f"quiets: {text}")
            _say_nearest(rule.reading, place, word, {one: by_id[one] for one in known})


def _put_in(by_id: dict[str, WrittenRule]) -> dict[str, Condition]:
    """Return each rule's conditions with those of others put in.

    Circles and rules that grow too large are left out.
    """
    named = {rule_id: set(references(rule.when)) & by_id.keys() for rule_id, rule in by_id.items()}
    resolved: dict[str, Condition] = {}
    sizes: dict[str, int] = {}
    links: dict[str, int] = {}
    for rule_id in _in_order(by_id, named):
        rule = by_id[rule_id]
        links[rule_id] = 1 + max((links[other] for other in named[rule_id]), default=0)
        sizes[rule_id] = _size(rule.when, sizes)
        if links[rule_id] > MOST_LINKS:
            text = (
                f"this builds on rules that build on rules, and so on, more than {MOST_LINKS} "
                "times; build on fewer"
            )
            rule.reading.mistake(rule.nodes["when"], text)
        elif sizes[rule_id] <= MOST_FINDINGS and resolved.keys() >= set(references(rule.when)):
            resolved[rule_id] = with_rules(rule.when, resolved)
    for rule in by_id.values():
        raises = (("raise", condition) for _, condition in rule.raises)
        for word, condition in (("when", rule.when), *raises):
            if _size(condition, sizes) > MOST_FINDINGS:
                text = (
                    f"with the rules that it builds on this is more than {MOST_FINDINGS} "
                    "conditions; build on fewer"
                )
                rule.reading.mistake(rule.nodes[word], text)
    return resolved


def _size(condition: Condition, sizes: dict[str, int]) -> int:
    """Return how many findings it holds with the rules put in."""
    others = list(references(condition))
    return size(condition) - len(others) + sum(sizes.get(other, 0) for other in others)


def _in_order(by_id: dict[str, WrittenRule], named: dict[str, set[str]]) -> Iterator[str]:
    """Return every rule after those that it names.

    Rules that lead back to themselves are noted and left out.
    """
    left = dict(named)
    while True:
        try:
            yield from list(TopologicalSorter(left).static_order())
            return
        except CycleError as error:
            for rule_id in set(error.args[1]):
                rule = by_id[rule_id]
                text = f"'{rule_id}' leads back to itself; a rule cannot build on its own result"
                rule.reading.mistake(rule.nodes["when"], text)
                left.pop(rule_id)
            left = {rule_id: others & left.keys() for rule_id, others in left.items()}
            named.update(left)


def _check_denied_rules(written: list[WrittenRule], resolved: dict[str, Condition]) -> None:
    for reading in _readings(written):
        for rule_id, node in reading.denied:
            if rule_id in resolved and any(map(may_be_unknown, findings(resolved[rule_id]))):
                reading.mistake(
                    node,
                    f"under none: the rule '{rule_id}' is satisfied by nothing while a value that "
                    "it looks at is "
                    "missing; write what must be true instead, with count: or time_since:, which "
                    "always have a value",
                )


# Clients enrolled at the first and at the last instant of a day, without any event.
_ENROLLED_AT = (18_000 * DAY_US, 18_001 * DAY_US - 1)
_NEW = Histories(
    [
        Client(place, "new", "UTC", (RecordEntry(at, "enrolled", None),))
        for place, at in enumerate(_ENROLLED_AT)
    ],
    EventColumns(),
)
_ENROLMENTS = _NEW.bases + _ENROLLED_AT


def _check_empty(rule: WrittenRule, when: Condition) -> None:
    """Refuse a rule that would fire at enrolment for a client without events."""
    condition = positive(when)
    if any(_true_of_nothing(condition, place) for place in range(len(_ENROLMENTS))):
        discharged = (
            " (who may have been discharged long before)"
            if any(map(_of_discharge, all_findings(when)))
            else ""
        )
        rule.reading.mistake(
            rule.nodes.get("when", rule.node),
            f"this is true of a client at the instant of enrolment{discharged}, before anything is "
            "known; "
            "add a condition that something must have happened, or that time must have gone by",
        )


def _true_of_nothing(condition: Condition, place: int) -> bool:
    """Return whether it can be true of a client without any event."""
    match condition:
        case AllOf(parts):
            return bool(parts) and all(_true_of_nothing(part, place) for part in parts)
        case AnyOf(parts):
            return any(_true_of_nothing(part, place) for part in parts)
        case SomeOf(at_least, parts):
            return sum(_true_of_nothing(part, place) for part in parts) >= at_least
        case Finding(measure=ClientAttribute()):
            return True  # a client may have it
        case Finding(Points(items), comparison):
            return any(comparison.holds(float(total)) for total in _totals(items, place))
        case Finding(Ever(inner), comparison):
            held = {True, False} if _may_vary(inner) else {_true_of_nothing(inner, place)}
            return any(map(comparison.holds, held))
        case Finding():
            truth = condition.measure.truth(_NEW, _ENROLMENTS, condition.comparison)
            return _of_discharge(condition) or bool(truth[place])
        case _:
            return False


def _totals(items: tuple[tuple[int, Condition], ...], place: int) -> set[int]:
    """Return the sums that a scorecard can have for a client without any event."""
    totals = {0}
    for points, condition in items:
        if _may_vary(condition):
            totals |= {total + points for total in totals}
        elif _true_of_nothing(condition, place):
            totals = {total + points for total in totals}
    return totals


def _may_vary(condition: Condition) -> bool:
    """Return whether it depends on the client's record, so that new clients can differ in it."""
    return any(
        isinstance(one.measure, ClientAttribute) or _of_discharge(one)
        for one in all_findings(condition)
    )


def _of_discharge(finding: Finding) -> bool:
    """Return whether it measures the time since discharge, which may lie before enrolment."""
    match finding.measure:
        case TimeSinceDay("discharged") | TimeSinceEvent(starting=DayAfter(after="discharged")):
            return True
        case _:
            return False
