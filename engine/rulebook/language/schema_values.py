"""The editors' schema of values: scalars by type, comparisons, `where:`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from engine.measures.comparison import Operator
from engine.model import duration
from engine.model.event_kinds import Kind
from engine.rulebook.language.units import (
    AT_ENDS,
    FRACTION,
    LARGEST,
    NO,
    NUMBER,
    ORDERED,
    RANGE,
    SETS,
    WHOLE,
    YES,
    Values,
    compared_by,
    of_field,
    parse_days,
    parse_flag,
    parse_number,
    parse_percent,
    parse_whole,
)
from engine.rulebook.language.vocabulary import COMPARISONS, NAME

Schema = Mapping[str, Any]

# Any value there is read as the text that was typed.
SCALAR: Schema = {"type": ["string", "number", "boolean"], "minLength": 1}
_NOT_NOTHING = r"(?!\s*0+(\.0*)?\s*[^0-9.])"
_NOT_ALL = r"(?!\s*100(\.0*)?\s*%)"


def whole_of(pattern: re.Pattern[str]) -> str:
    """Return a pattern without flags that must fit a whole text.

    JSON Schema's patterns otherwise fit a part of it.
    """
    text = pattern.pattern
    if pattern.flags & re.IGNORECASE:
        text = re.sub(r"(?<!\\)[a-z]", lambda letter: f"[{letter[0]}{letter[0].upper()}]", text)
    return f"^(?:{text})$"


def lasting(*, nothing: bool = False) -> Schema:
    """Return the schema of a duration; `nothing` says whether it may be 0."""
    return {
        "type": "string",
        "pattern": ("" if nothing else f"^{_NOT_NOTHING}") + whole_of(duration.WRITTEN),
    }


def single(values: Values, operator: Operator = "is") -> Schema | bool:
    """Return the schema of one operand of an operator; False if it takes none."""
    if (operator in ORDERED and not values.ordered) or (operator in SETS and not values.exact):
        return False
    if values.choices is not None:
        return {"enum": list(values.choices)}
    values = compared_by(operator, values)
    written = _WRITTEN.get(values.parse)
    return SCALAR if written is None else written(values, operator)


def _number(values: Values, operator: Operator) -> Schema:
    lowest, highest = AT_ENDS[operator]
    bounds = {
        "minimum" if lowest or values.low == -math.inf else "exclusiveMinimum": max(
            values.low, -LARGEST
        ),
        "maximum" if highest or values.high == math.inf else "exclusiveMaximum": min(
            values.high, LARGEST
        ),
    }
    whole = values.parse is parse_whole
    # A number in quotes is as good; its bounds are then left to the checker.
    kind, pattern = ("integer", WHOLE) if whole else ("number", NUMBER)
    return {"type": [kind, "string"], "pattern": whole_of(pattern), **bounds}


def _percent(_: Values, operator: Operator) -> Schema:
    lowest, highest = AT_ENDS[operator]
    ends = ("" if lowest else _NOT_NOTHING) + ("" if highest else _NOT_ALL)
    return {
        "type": "string",
        "pattern": (
            rf"^{ends}(\+?(100(\.0*)?|[0-9]{{1,2}}(\.[0-9]*)?|\.[0-9]+)\s*%|{FRACTION.pattern})$"
        ),
    }


def _lasting(_: Values, operator: Operator) -> Schema:
    return lasting(nothing=AT_ENDS[operator][0])


def _flag(*_: object) -> Schema:
    words = whole_of(re.compile("|".join(sorted(YES | NO)), re.IGNORECASE))
    return {"type": ["boolean", "string"], "pattern": words}


_WRITTEN: Mapping[Callable[[str], float | str], Callable[[Values, Operator], Schema]] = {
    parse_whole: _number,
    parse_number: _number,
    parse_percent: _percent,
    duration.parse_duration: _lasting,
    parse_days: _lasting,
    parse_flag: _flag,
}


def comparisons(values: Values) -> dict[str, Schema | bool]:
    """Return the schema of each comparison's operand."""
    return {operator: _operand(values, operator) for operator in COMPARISONS}


def _operand(values: Values, operator: Operator) -> Schema | bool:
    one = single(values, "is" if operator == "one_of" else operator)
    if one is False or operator != "one_of":
        return one
    return {"anyOf": [{"type": "array", "minItems": 1, "items": one}, LIST_NAME]}


# The lists of a file are not known here.
LIST_NAME: Schema = {
    "type": "string",
    "pattern": whole_of(NAME),
    "description": "A name that the file gives above.",
}


def where(kind: Kind) -> Schema:
    """Return the schema of the `where:` of a kind of event."""
    fields = {name: field for name, field in kind.fields.items() if field.type != "text"}
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {name: _wanted(of_field(field)) for name, field in fields.items()},
    }


def _wanted(values: Values) -> Schema:
    one = single(values)
    told = {
        operator: wanted for operator, wanted in comparisons(values).items() if wanted is not False
    }
    several = {"type": "array", "minItems": 1, "items": one}
    compared = {
        "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": False,
        "properties": told,
    }  # fmt: skip
    ways = [one, LIST_NAME, several, compared]
    if values.ordered and values.parse in {parse_number, parse_whole}:
        ways.append({"type": "string", "pattern": whole_of(RANGE)})
    return {"anyOf": ways}
