"""Read conditions: findings, joins of conditions, and measures that are made of conditions."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from engine.measures.comparison import Comparison
from engine.measures.counting import Share
from engine.measures.elapsed import TimeSinceDay, TimeSinceEvent
from engine.measures.measure import Finding
from engine.measures.weekday import WEEKDAYS, Weekday
from engine.model.duration import write_duration
from engine.rulebook.core.condition_walks import (
    depth_of,
    findings,
    joined_references,
    may_be_unknown,
    size,
)
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
from engine.rulebook.language.measure_specs import FORMS
from engine.rulebook.language.units import OPERATORS, Values, parse_whole
from engine.rulebook.language.vocabulary import ITEM, JOINS, OPTIONS, SOME, required
from engine.rulebook.parsing.comparison_parser import read_comparison
from engine.rulebook.parsing.measure_parser import read_finding, read_weekdays
from engine.rulebook.parsing.reading import Reading, nearest
from engine.rulebook.parsing.tunable_parser import read_tunable

_HEADS = (*FORMS, *JOINS, "some", "points", "ever", "on", "rule", "phrase")
DEEPEST = 12
MOST_FINDINGS = 500


def read_condition(reading: Reading, node: yaml.Node) -> Condition | None:
    """Read one condition with all its parts; None if mistakes were noted."""
    reading.findings = 0
    return _read(reading, node, 0, denied=False)


def _read(reading: Reading, node: yaml.Node, depth: int, *, denied: bool) -> Condition | None:
    if not isinstance(node, yaml.MappingNode):
        reading.mistake(
            node,
            "a condition must be written as 'measure: …' pairs, such as {count: check_in, "
            "at_least: 1}",
        )
        return None
    if depth > DEEPEST:
        reading.mistake(
            node,
            f"conditions are nested more than {DEEPEST} deep; say part of it as a rule of its own",
        )
        return None
    keys = {
        key.value: (key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)
    }
    heads = [word for word in keys if word in _HEADS]
    if len(heads) > 1 and "on" in heads:
        heads.remove("on")  # an option of the other
    if len(heads) != 1:
        _say_heads(reading, node, {word: key for word, (key, _) in keys.items()}, heads)
        return None
    head, value = heads[0], keys[heads[0]][1]
    if head in FORMS:
        return _checked(reading, node, read_finding(reading, node, head), denied=denied)
    if head == "points":
        return _checked(reading, node, _read_points(reading, node, depth), denied=denied)
    for word, (key, _) in keys.items():
        if word != head:
            reading.mistake(
                key, f"'{word}' cannot stand beside '{head}:'; join conditions with all:"
            )
    if head in JOINS:
        inside = denied != (head == "none")
        items = reading.items(value, f"'{head}:'")
        parts = _read_parts(reading, items, depth, denied=inside)
        return None if parts is None else _joined(head, parts)
    if head == "some":
        return _read_some(reading, value, depth, denied=denied)
    if head in {"ever", "on"}:
        whole = _read_on(reading, value) if head == "on" else _read_ever(reading, value, depth)
        return _checked(reading, node, whole, denied=denied)
    return _read_reference(reading, value, head, depth, denied=denied)


def _read_on(reading: Reading, node: yaml.Node) -> Finding | None:
    """Read a condition on the day of the week."""
    days = tuple(WEEKDAYS[day] for day in read_weekdays(reading, node))
    return Finding(Weekday(), Comparison("one_of", days)) if days else None


def _read_ever(reading: Reading, node: yaml.Node, depth: int) -> Finding | None:
    # It is always known whether a condition ever held, even if its present truth is not.
    inner = _read(reading, node, depth + 1, denied=False)
    return None if inner is None else Finding(Ever(inner), Comparison("is", "yes"))


def _read_reference(
    reading: Reading, node: yaml.Node, head: str, depth: int, *, denied: bool
) -> Condition | None:
    """Read the name of a phrase, or of another rule."""
    name = reading.word(node, head)
    if name is None or head == "phrase":
        return None if name is None else _read_phrase(reading, node, name, depth, denied=denied)
    reading.referred.append((name, node))
    if denied:
        reading.denied.append((name, node))
    return RuleHolds(name) if _room(reading, node, 1) else None


def _checked(
    reading: Reading, node: yaml.Node, finding: Finding | None, *, denied: bool
) -> Finding | None:
    """Return a finding, unless there are too many of them or it must not be denied."""
    if finding is None or not _room(reading, node, 1):
        return None
    if denied:
        _check_denied(reading, node, finding)
    return finding


def _read_parts(
    reading: Reading, items: Sequence[yaml.Node], depth: int, *, denied: bool
) -> tuple[Condition, ...] | None:
    """Read the conditions of a list; None if there are none, or one could not be read."""
    parts = [_read(reading, item, depth + 1, denied=denied) for item in items]
    known = tuple(part for part in parts if part is not None)
    return known if known and len(known) == len(parts) else None


def _read_some(reading: Reading, node: yaml.Node, depth: int, *, denied: bool) -> SomeOf | None:
    keys = reading.mapping(node, SOME, "'some:'", required(SOME))
    needed = reading.whole(keys["at_least"], "at_least") if "at_least" in keys else None
    items = reading.items(keys["of"], "'of:'") if "of" in keys else []
    parts = _read_parts(reading, items, depth, denied=denied)
    if needed is not None and items and needed > len(items):
        text = f"of {len(items)} conditions there are never {needed}; ask for fewer, or add some"
        reading.mistake(keys["at_least"], text)
        return None
    if needed is None or parts is None:
        return None

    def again(apart: Reading, other: yaml.Node) -> None:
        _read_some(apart, other, depth, denied=denied)

    read_tunable(reading, node, keys, again)
    return SomeOf(needed, parts)


def _read_points(reading: Reading, node: yaml.Node, depth: int) -> Finding | None:
    known = ("points", *OPERATORS, "tunable")
    keys = reading.mapping(node, known, "a 'points:' condition", ("points",))
    scorecard = _named_or_read(reading, keys["points"], depth)
    if scorecard is None:
        return None
    each = [points for points, _ in scorecard.items]
    values = Values(
        parse_whole,
        low=sum(points for points in each if points < 0),
        high=sum(points for points in each if points > 0),
    )
    compared: dict[str, yaml.Node] = {
        word: value for word, value in keys.items() if word in OPERATORS
    }
    comparison = read_comparison(reading, compared, values, node)
    if comparison is None or not _room(
        reading, node, sum(size(part) for _, part in scorecard.items)
    ):
        return None
    finding = Finding(scorecard, comparison)

    def again(apart: Reading, other: yaml.Node) -> None:
        _read_points(apart, other, depth)

    read_tunable(reading, node, keys, again, finding)
    return finding


def read_scorecard(reading: Reading, node: yaml.Node) -> Points | None:
    """Read a scorecard without a comparison; None if mistakes were noted."""
    keys = reading.mapping(node, ("points",), "a scorecard", ("points",))
    return _named_or_read(reading, keys["points"], 0) if keys else None


def _named_or_read(reading: Reading, node: yaml.Node, depth: int) -> Points | None:
    if isinstance(node, yaml.SequenceNode):
        items = read_items(reading, node, depth)
        return None if items is None else Points(items)
    name = reading.word(node, "'points:'")
    if name is None:
        return None
    reading.asked["scorecards"][name] = node
    if name not in reading.scorecards:
        reading.missed["scorecards"].setdefault(name, node)
        hint = nearest(name, reading.scorecards)
        reading.mistake(node, f"there is no scorecard '{name}' above{hint}")
        return None
    return reading.scorecards[name]


def read_items(
    reading: Reading, node: yaml.Node, depth: int = 0
) -> tuple[tuple[int, Condition], ...] | None:
    """Read the items of a scorecard, each with its points; None if mistakes were noted."""
    found: list[tuple[int, Condition]] = []
    nodes = reading.items(node, "the items of a scorecard")
    for item in nodes:
        keys = reading.mapping(item, ITEM, "an item of a scorecard", required(ITEM))
        points = reading.parsed(keys["points"], "points", parse_whole) if "points" in keys else None
        if points == 0:
            reading.mistake(keys["points"], "0 points change nothing; leave the item out")
        when = _read(reading, keys["when"], depth + 1, denied=False) if "when" in keys else None
        if points and when is not None:
            found.append((points, when))
            read_tunable(reading, item, keys, _read_item_points)
    return tuple(found) if nodes and len(found) == len(nodes) else None


def _read_item_points(reading: Reading, node: yaml.Node) -> None:
    """Read the points of an item alone."""
    assert isinstance(node, yaml.MappingNode)
    for key, value in node.value:
        if key.value == "points" and reading.parsed(value, "points", parse_whole) == 0:
            reading.mistake(value, "0 points change nothing; leave the item out")


def _joined(head: str, parts: tuple[Condition, ...]) -> Condition:
    return AllOf(parts) if head == "all" else AnyOf(parts) if head == "any" else NoneOf(parts)


def _say_heads(
    reading: Reading, node: yaml.Node, keys: dict[str, yaml.Node], heads: list[str]
) -> None:
    if heads:
        second = keys[heads[1]]
        reading.mistake(
            second,
            f"'{heads[0]}:' and '{heads[1]}:' cannot stand in one condition; join them with all:",
        )
        return
    unknown = [word for word in keys if word not in OPERATORS and word not in OPTIONS]
    word = unknown[0] if unknown else ""
    place = keys[word] if word else node
    if word:
        reading.mistake(place, f"'{word}' is not a measure{nearest(word, _HEADS)}")
    else:
        reading.mistake(place, f"a measure is missing here; begin with one of {', '.join(_HEADS)}")


def _read_phrase(
    reading: Reading, node: yaml.Node, name: str, depth: int, *, denied: bool
) -> Condition | None:
    reading.asked["phrases"][name] = node
    if name not in reading.phrases:
        reading.missed["phrases"].setdefault(name, node)
        reading.mistake(node, f"there is no phrase '{name}' above{nearest(name, reading.phrases)}")
        return None
    condition = reading.phrases[name]
    if condition is None:
        return None  # its own mistakes are noted where it stands
    if depth + depth_of(condition) > DEEPEST:
        reading.mistake(
            node, f"with this phrase conditions are nested more than {DEEPEST} deep; nest less"
        )
        return None
    if denied:
        reading.denied += [(rule_id, node) for rule_id in joined_references(condition)]
        for finding in findings(condition):
            _check_denied(reading, node, finding)
    return condition if _room(reading, node, size(condition)) else None


def _room(reading: Reading, node: yaml.Node, more: int) -> bool:
    """Return whether a condition may hold this many more findings.

    Too many findings are a mistake, noted once.
    """
    before, reading.findings = reading.findings, reading.findings + more
    if before <= MOST_FINDINGS < reading.findings:
        reading.mistake(
            node, f"a rule of more than {MOST_FINDINGS} conditions cannot be followed; split it"
        )
    return reading.findings <= MOST_FINDINGS


def _check_denied(reading: Reading, node: yaml.Node, finding: Finding) -> None:
    """Refuse a denied comparison on a value that can be missing.

    It would satisfy nothing while the value is missing, which few people expect.
    """
    if may_be_unknown(finding):
        reading.mistake(
            node,
            "under none: this is satisfied by nothing while its value is missing; write what must "
            "be true instead "
            f"({_as_written(finding.denied())}), or use count: or time_since:, which always have a "
            "value",
        )


def _as_written(finding: Finding) -> str:
    """Write a finding's comparison as in a rule file."""
    comparison = finding.comparison
    operator = "not one of" if comparison.operator == "none_of" else comparison.operator
    operands = (
        comparison.operand if isinstance(comparison.operand, tuple) else (comparison.operand,)
    )
    elapsed = isinstance(finding.measure, TimeSinceEvent | TimeSinceDay)
    words = [
        operand
        if isinstance(operand, str)
        else write_duration(round(operand))
        if elapsed
        else f"{operand:g}"
        for operand in operands
    ]
    return f"{operator}: {', '.join(words)}{'%' if isinstance(finding.measure, Share) else ''}"
