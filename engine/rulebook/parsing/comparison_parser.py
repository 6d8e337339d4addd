"""Read comparisons and `where:`, each by the type of the compared value."""

from __future__ import annotations

import math

import yaml

from engine.measures.comparison import ANY, Comparison, Operand, Operator, Where
from engine.model.event_kinds import Kind
from engine.rulebook.language.units import (
    AT_ENDS,
    OPERATORS,
    ORDERED,
    RANGE,
    SETS,
    Values,
    compared_by,
    of_field,
)
from engine.rulebook.language.vocabulary import COMPARISONS
from engine.rulebook.parsing.reading import Reading, nearest

_TWICE = "one comparison at a time; write the condition once for each of them and join these: all:"
_TWICE_IN_WHERE = "one comparison for a field; write a range as '3 to 5', several values as [3, 5]"


def read_comparison(
    reading: Reading,
    parts: dict[str, yaml.Node],
    values: Values,
    at: yaml.Node,
    twice: str = _TWICE,
) -> Comparison | None:
    """Read the one comparison among the keys of a condition or a `where:` field.

    Args:
        reading: The file.
        parts: The keys.
        values: The possible values of the measure or field.
        at: The place of a missing comparison.
        twice: The mistake of a second comparison.

    Returns:
        The comparison; None if a mistake was noted.
    """
    found = [(operator, parts[operator]) for operator in OPERATORS if operator in parts]
    if not found:
        reading.mistake(
            reading.end_of(at), f"a comparison is missing; add one of {', '.join(OPERATORS)}"
        )
        return None
    if len(found) > 1:
        reading.mistake(found[1][1], twice)
        return None
    operator, node = found[0]
    values = compared_by(operator, values)
    if operator in ORDERED and not values.ordered:
        reading.mistake(
            node, f"'{operator}' needs a value that can be ordered; use is, is_not or one_of here"
        )
        return None
    if operator in SETS and not values.exact:
        reading.mistake(
            node,
            f"'{operator}' would look at a single instant, because time runs on; did you mean "
            "'at_least'?",
        )
        return None
    operand = (
        _several(reading, node, values)
        if operator == "one_of"
        else _one(reading, node, values, operator)
    )
    if operand is None:
        return None
    comparison = Comparison(operator, operand)
    return comparison if _possible(reading, node, comparison, values) else None


def read_where(reading: Reading, node: yaml.Node | None, kind: str) -> Where | None:
    """Read a `where:` over the fields of a kind; None if a mistake was noted."""
    if node is None:
        return ANY
    fields = {
        name: field for name, field in reading.kinds[kind].fields.items() if field.type != "text"
    }
    before = len(reading.source.mistakes)
    if isinstance(node, yaml.MappingNode) and not node.value:
        reading.mistake(node, "where: names no field; name one, or leave it out")
    found = []
    for name, value in reading.mapping(node, fields, f"the fields of {kind}").items():
        values = of_field(fields[name])
        if isinstance(value, yaml.MappingNode):
            parts = reading.mapping(value, COMPARISONS, "a comparison")
            comparison = read_comparison(reading, parts, values, value, _TWICE_IN_WHERE)
        elif isinstance(value, yaml.SequenceNode):
            words = _several(reading, value, values)
            comparison = None if words is None else Comparison("one_of", words)
        else:
            comparison = _equal(reading, value, values)
        if comparison is not None:
            found.append((name, comparison))
    return (
        None
        if len(reading.source.mistakes) > before
        else Where(tuple(sorted(found, key=lambda pair: pair[0])))
    )


def contradiction(kind: Kind, one: Where, other: Where) -> str | None:
    """Return the field by which no event of a kind can meet both demands; None if one can."""
    wanted = dict(one.fields)
    for name, second in other.fields:
        first = wanted.get(name)
        if first is None or kind.fields[name].type == "list":
            continue
        of_words = {first.operator, second.operator} <= {"is", "one_of"}
        if of_words and not set(first.bounds) & set(second.bounds):
            return name
    return None


def _equal(reading: Reading, node: yaml.Node, values: Values) -> Comparison | None:
    """Read a plain value: equal to it, or to any word of a list of that name."""
    if str(node.value) in reading.lists:
        words = _several(reading, node, values)
        return None if words is None else Comparison("one_of", words)
    if values.ordered and isinstance(node, yaml.ScalarNode) and RANGE.fullmatch(str(node.value)):
        return _range(reading, node, values)
    operand = _one(reading, node, values, "is")
    if operand is None:
        return None
    comparison = Comparison("is", operand)
    return comparison if _possible(reading, node, comparison, values) else None


def _range(reading: Reading, node: yaml.ScalarNode, values: Values) -> Comparison | None:
    """Read `5 to 15`: any number from the first to the last."""
    low, high = (_parsed(reading, node, word, values) for word in str(node.value).split(" to "))
    if isinstance(low, int | float) and isinstance(high, int | float):
        if low < high and values.low <= high and low <= values.high:
            return Comparison("between", (low, high))
        text = f"no value lies from {low:g} to {high:g}; write the lower number first"
        reading.mistake(node, text)
    return None


def _several(reading: Reading, node: yaml.Node, values: Values) -> tuple[float | str, ...] | None:
    if isinstance(node, yaml.ScalarNode) and str(node.value) in reading.lists:
        words = _of_list(reading, node, values)
    elif isinstance(node, yaml.ScalarNode) and node.value:
        reading.missed["lists"].setdefault(str(node.value), node)
        reading.mistake(
            node, f"there is no list '{node.value}'{nearest(str(node.value), reading.lists)}"
        )
        return None
    else:
        words = [_one_of_several(reading, item, values) for item in reading.items(node, "one_of")]
    known = tuple(word for word in words if word is not None)
    return known if known and len(known) == len(words) else None


def _of_list(reading: Reading, node: yaml.Node, values: Values) -> list[float | str | None]:
    """Return the words of a list. A word that is no value here is the list's mistake."""
    items = reading.lists[str(node.value)]
    reading.asked["lists"][str(node.value)] = node
    refused = {
        item: refusal for word, item in items if (refusal := _refusal(word, values)) is not None
    }
    if len(refused) == len(items) > 1:
        reading.mistake(
            node,
            f"no word of the list '{node.value}' is a value here; name another list, or its words",
        )
    elif refused:
        for item, refusal in refused.items():
            reading.mistake(item, f"{refusal} (line {node.start_mark.line + 1} looks for it)")
    return [None if item in refused else values.parse(word) for word, item in items]


def _one_of_several(reading: Reading, node: yaml.Node, values: Values) -> float | str | None:
    operand = _single(reading, node, values)
    if operand is None or not _possible(reading, node, Comparison("is", operand), values):
        return None
    return operand


def _one(reading: Reading, node: yaml.Node, values: Values, operator: Operator) -> Operand | None:
    if isinstance(node, yaml.ScalarNode) and str(node.value) in reading.lists:
        reading.mistake(
            node, f"'{node.value}' is a list; compare with one_of instead of {operator}"
        )
        return None
    return _single(reading, node, values)


def _single(reading: Reading, node: yaml.Node, values: Values) -> float | str | None:
    word = reading.word(node, "the value")
    return None if word is None else _parsed(reading, node, word, values)


def _parsed(reading: Reading, node: yaml.Node, word: str, values: Values) -> float | str | None:
    refusal = _refusal(word, values)
    if refusal is None:
        return values.parse(word)
    reading.missed["lists"].setdefault(word, node)
    reading.mistake(node, refusal)
    return None


def _refusal(word: str, values: Values) -> str | None:
    """Return why a word is none of these values; None if it is one."""
    if values.choices is not None and word not in values.choices:
        return f"'{word}' is not a value here{nearest(word, values.choices)}"
    try:
        values.parse(word)
    except ValueError as error:
        return str(error)
    return None


def _possible(reading: Reading, node: yaml.Node, comparison: Comparison, values: Values) -> bool:
    """Return whether the threshold can make a difference, and note a mistake if it cannot."""
    verdict = foregone(comparison, values)
    if verdict:
        bounds = f"the value lies between {values.low:g} and {values.high:g}"
        if values.high == math.inf:
            bounds = f"the value is never below {values.low:g}"
        elif _between(comparison, values):
            bounds = f"of so few events no share is {comparison.operand:g}%"
        reading.mistake(node, f"this {verdict} holds: {bounds}; choose another threshold")
    return not verdict


def foregone(comparison: Comparison, values: Values) -> str | None:
    """Return `always` or `never` if a threshold makes no difference to such values, else None."""
    operator, operand = comparison.operator, comparison.operand
    if not values.ordered or not isinstance(operand, int | float):
        return None
    lowest, highest = AT_ENDS[operator]
    if operand < values.low or (operand == values.low and not lowest):
        return "always" if operator in {"at_least", "more_than", "is_not"} else "never"
    if operand > values.high or (operand == values.high and not highest):
        return "always" if operator in {"at_most", "less_than", "is_not"} else "never"
    if _between(comparison, values):
        return "always" if operator == "is_not" else "never"
    return None


def _between(comparison: Comparison, values: Values) -> bool:
    """Return whether a comparison asks for a value between two of the few possible ones."""
    within = (
        isinstance(comparison.operand, int | float)
        and values.low <= comparison.operand <= values.high
    )
    return (
        comparison.operator in SETS
        and values.few is not None
        and within
        and comparison.operand not in values.few
    )
