"""A JSON Schema of files of cases for editors, made from the reader's own tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.model.client import RECORD_WORDS, TIMEZONE
from engine.model.event_kinds import Field, Kind
from engine.model.staff import ROLES
from engine.model.written_time import CLOCK
from engine.rulebook.language.cases_vocabulary import (
    ALERT,
    CASE,
    CASE_FILE,
    ENDING,
    MEMBER,
    MENTOR,
    MOMENT,
    NEVER,
    NO_STAFF,
    NOBODY,
    REPLY,
    STEP,
    TEXT,
)
from engine.rulebook.language.schema_shapes import DRAFT, keyed, of_shape
from engine.rulebook.language.schema_values import SCALAR, Schema, whole_of
from engine.rulebook.language.units import NUMBER
from engine.rulebook.language.vocabulary import NAME, Key, required

_MOMENT: Schema = {"type": "string", "pattern": whole_of(MOMENT)}


def cases_schema(kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """Return the schema (draft 7) of a file of cases, where events are of these kinds."""
    return {
        "$schema": DRAFT,
        "title": "Handrail cases",
        **_of_keys(CASE_FILE),
        "definitions": {
            "case": {
                **_of_keys(CASE),
                "anyOf": [{"required": [word]} for word in ("expect", "silent", "ends")],
            },
            "alert": _of_keys(ALERT),
            "ending": _of_keys(ENDING),
            "text": _of_keys(TEXT),
            "client": _client(RECORD_WORDS),
            "staff": keyed(
                {
                    role: f"The {role.replace('_', ' ')}; '{NO_STAFF}' where there is none."
                    for role in ROLES
                },
                {
                    role: _or(NO_STAFF, _of_keys(MENTOR if role == "mentor" else MEMBER))
                    for role in ROLES
                },
                (),
            ),
            "reply": _of_keys(REPLY),
            "step": _step(kinds),
        },
    }


def _of_keys(keys: Mapping[str, Key]) -> Schema:
    shapes = {
        word: _OWN[str(key.shape)] if key.shape in _OWN else of_shape(key)
        for word, key in keys.items()
    }
    return keyed({word: key.says for word, key in keys.items()}, shapes, required(keys))


def _or(word: str, schema: Schema) -> Schema:
    return {"anyOf": [{"enum": [word]}, schema]}


def _several(name: str) -> Schema:
    return {"type": "array", "minItems": 1, "items": {"$ref": f"#/definitions/{name}"}}


_OWN: Mapping[object, Schema] = {
    "date": {"type": "string", "pattern": "^[0-9]{4}-?[0-9]{2}-?[0-9]{2}$"},
    "client": {"$ref": "#/definitions/client"},
    "staff": {"$ref": "#/definitions/staff"},
    "cases": _several("case"),
    "events": _several("step"),
    "alerts": _several("alert"),
    "endings": _several("ending"),
    "texts": _or(NOBODY, _several("text")),
    "silent": {"anyOf": [SCALAR, {"type": "array", "minItems": 1, "items": SCALAR}]},
    "moment": _MOMENT,
    "moment or never": _or(NEVER, _MOMENT),
    "role": {"enum": list(ROLES)},
    "clock": {"type": "string", "pattern": whole_of(CLOCK)},
}


def _client(words: tuple[str, ...]) -> Schema:
    moments = {word: _MOMENT for word in words if word != TIMEZONE}
    return {
        "type": "object",
        "properties": moments,
        "propertyNames": {"pattern": whole_of(NAME)},
        "additionalProperties": SCALAR,
    }


def _step(kinds: Mapping[str, Kind]) -> Schema:
    others = {"client": "A change of the client's record.", "reply": "An answer by text."}
    heads = others | {name: f"An event of the kind {name}." for name in kinds}
    shapes = {"client": _client(()), "reply": {"$ref": "#/definitions/reply"}}
    shapes |= {name: _fields(kind) for name, kind in kinds.items()}
    says = {word: key.says for word, key in STEP.items()} | heads
    schema = keyed(
        says, {word: _OWN[key.shape] for word, key in STEP.items()} | shapes, required(STEP)
    )
    return {**schema, "oneOf": [{"required": [head]} for head in heads]}


def _fields(kind: Kind) -> Schema:
    properties = {name: _value(field) for name, field in kind.fields.items()}
    return {"type": ["object", "null"], "additionalProperties": False, "properties": properties}


def _value(field: Field) -> Schema:
    match field.type:
        case "choice":
            return {"enum": list(field.choices)}
        case "number":
            bounds = {"minimum": field.low, "maximum": field.high}
            known = {word: bound for word, bound in bounds.items() if bound is not None}
            return {"type": ["number", "string"], "pattern": whole_of(NUMBER), **known}
        case "list":
            return {"anyOf": [SCALAR, {"type": "array", "minItems": 1, "items": SCALAR}]}
        case _:
            return SCALAR
