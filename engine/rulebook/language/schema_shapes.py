"""The shapes that make up the editors' schemas: mappings by their keys, values by their form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from engine.measures.weekday import WEEKDAYS
from engine.model.client import RECORD_WORDS
from engine.rulebook.language.schema_values import SCALAR, Schema, lasting, whole_of
from engine.rulebook.language.units import NO, NUMBER, WHOLE, YES
from engine.rulebook.language.vocabulary import (
    EARLIER,
    ID,
    LONGEST_ID,
    NAME,
    STARTING,
    TUNED,
    Choice,
    DurationKey,
    Key,
    TextKey,
    Whole,
    required,
)

DRAFT = "http://json-schema.org/draft-07/schema#"
ATTRIBUTE: Schema = {**SCALAR, "not": {"enum": list(RECORD_WORDS)}}
_NAMED: Schema = {"pattern": whole_of(NAME), "not": {"enum": sorted(YES | NO)}}
CONDITION: Schema = {"$ref": "#/definitions/condition"}
ITEMS: Schema = {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/item"}}
CONDITIONS: Schema = {"type": "array", "minItems": 1, "items": CONDITION}


def written(schema: Mapping[str, Any]) -> str:
    """Return the schema as the text of its file, one definition a line."""
    definitions = ",\n".join(
        f"{json.dumps(name)}: {json.dumps(one)}" for name, one in schema["definitions"].items()
    )
    head = json.dumps({word: part for word, part in schema.items() if word != "definitions"})
    return f'{head[:-1]},\n"definitions": {{\n{definitions}\n}}}}\n'


def of_keys(keys: Mapping[str, Key]) -> Schema:
    """Return the schema of a mapping with these keys."""
    shapes = {word: of_shape(key) for word, key in keys.items()}
    return keyed({word: key.says for word, key in keys.items()}, shapes, required(keys))


def keyed(
    says: Mapping[str, str], shapes: Mapping[str, Schema | bool], needed: Iterable[str]
) -> dict[str, Any]:
    """Return the schema of a mapping with exactly these keys, each with its meaning."""
    told = {
        word: {"description": text, **_object(shapes.get(word, {}))} for word, text in says.items()
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(needed),
        "properties": told,
    }


def _object(schema: Schema | bool) -> Schema:
    return schema if isinstance(schema, Mapping) else {"not": {}}


def of_shape(key: Key) -> Schema:
    """Return the schema of a value in this shape."""
    match key.shape:
        case TextKey(longest):
            return SCALAR if longest is None else {**SCALAR, "maxLength": longest}
        case Choice(words):
            return {"enum": list(words)}
        case Whole():
            return {"type": ["integer", "string"], "pattern": whole_of(WHOLE), "minimum": 1}
        case DurationKey():
            return lasting()
        case own:
            return _OWN[own]


_OWN: Mapping[str, Schema] = {
    "format": {"enum": [1, "1"]},
    "lists": {
        "type": "object",
        "propertyNames": _NAMED,
        "additionalProperties": {"type": "array", "minItems": 1, "items": SCALAR},
    },
    "signals": {
        "type": "object",
        "propertyNames": _NAMED,
        "additionalProperties": {
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [SCALAR, {"$ref": "#/definitions/part"}]},
        },
    },
    "phrases": {
        "type": "object",
        "propertyNames": _NAMED,
        "additionalProperties": CONDITION,
    },
    "rules": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/rule"}},
    "id": {**SCALAR, "pattern": whole_of(ID), "maxLength": LONGEST_ID},
    "ids": {"type": "array", "minItems": 1, "items": SCALAR},
    "attributes": {
        "type": "object",
        "minProperties": 1,
        "propertyNames": ATTRIBUTE,
        "additionalProperties": {
            "anyOf": [SCALAR, {"type": "array", "minItems": 1, "items": SCALAR}]
        },
    },
    "scorecards": {
        "type": "object",
        "propertyNames": _NAMED,
        "additionalProperties": ITEMS,
    },
    "figures": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/figure"}},
    "figure": {"type": "object"},  # a measure or a condition; the checker says more
    "number": {"type": ["number", "string"], "pattern": whole_of(NUMBER)},
    "condition": CONDITION,
    "conditions": CONDITIONS,
    "points": {
        "type": ["integer", "string"],
        "pattern": whole_of(WHOLE),
        "not": {"enum": [0, "0"]},
    },
    "raise": {
        "anyOf": [
            {"$ref": "#/definitions/raise"},
            {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/raise"}},
        ]
    },
    "supporters": {"$ref": "#/definitions/supporters"},
    "evidence": {"$ref": "#/definitions/evidence"},
    "where": {"type": "object"},  # the place of use says the kind of event
    "start": {"type": "string", "pattern": whole_of(STARTING)},
    "weekdays": {"type": "array", "minItems": 1, "items": {"enum": list(WEEKDAYS)}},
    "earlier": {"type": "string", "pattern": whole_of(EARLIER)},
    "tunable": {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"enum": sorted(TUNED)},
        "additionalProperties": {"type": "array", "minItems": 2, "items": SCALAR},
    },
    "scores": {
        "type": "object",
        "propertyNames": _NAMED,
        "additionalProperties": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"type": ["number", "string"], "pattern": whole_of(NUMBER)},
        },
    },
}
