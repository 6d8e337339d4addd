"""A JSON Schema of files of schedules. Editors use it; it is made from the reader's own tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.model.event_kinds import Kind, outcome_words
from engine.model.written_time import CLOCK
from engine.rulebook.language import schema_values
from engine.rulebook.language.schema_shapes import DRAFT, keyed, of_shape
from engine.rulebook.language.schema_values import SCALAR, Schema, whole_of
from engine.rulebook.language.vocabulary import NAME, PART, Key, required
from engine.rulebook.plans.plan_vocabulary import (
    ASK,
    EVERY,
    ITEM,
    MESSAGE,
    NOTICE,
    ONCE,
    PLAN_FILE,
    QUESTIONS,
    RANDOM,
    RATE,
    RECURRENCE,
    SCHEDULE,
    SCORES,
    SERIES,
    TEXTS,
    THEN,
)


def plans_schema(kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """Return the schema (draft 7) of a file of schedules, where events are of these kinds."""
    due = {name: kind for name, kind in kinds.items() if outcome_words(kind) is not None}
    alone = [{"required": [word], "not": {"required": ["starts"]}} for word in ("once", "random")]
    either = [{"required": ["every"]}, *alone]
    return {
        "$schema": DRAFT,
        "title": "Handrail schedules",
        **_of_keys(PLAN_FILE),
        "definitions": {
            "schedule": {**_of_keys(SCHEDULE), "oneOf": either},
            "expects": _expects(due, sorted(kinds.keys() - due.keys())),
            "part": _part(kinds),
            "questions": _of_keys(QUESTIONS),
            "scores": _of_keys(SCORES),
            "then": _of_keys(THEN),
            "texts": _of_keys(TEXTS),
            "message": _of_keys(MESSAGE),
            "series": _of_keys(SERIES),
            "ask": _of_keys(ASK),
            "random": _of_keys(RANDOM),
            "notice": {
                **_of_keys(NOTICE),
                "oneOf": [{"required": ["at"]}, {"required": ["before"]}],
            },
            **{f"where {name}": _where(kind) for name, kind in due.items()},
        },
    }


_DATE: Schema = {"type": "string", "pattern": "^[0-9]{4}-?[0-9]{2}-?[0-9]{2}$"}
_ITEM: Schema = {"type": "string", "pattern": whole_of(ITEM)}
_OWN: Mapping[object, Schema] = {
    "schedules": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/schedule"}},
    "questions": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/questions"}},
    "messages": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/message"}},
    "series": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/series"}},
    "languages": {"$ref": "#/definitions/texts"},
    "answers": {
        "anyOf": [
            {"type": "array", "minItems": 1, "items": SCALAR},
            {"$ref": "#/definitions/scores"},
        ]
    },
    "item": _ITEM,
    "items": {"type": "array", "minItems": 1, "items": _ITEM},
    "notice": {"$ref": "#/definitions/notice"},
    "then": {"$ref": "#/definitions/then"},
    "dates": {"type": "array", "minItems": 1, "items": _DATE},
    "random": {"$ref": "#/definitions/random"},
    "rate": {"type": "string", "pattern": whole_of(RATE)},
    "ask": {"$ref": "#/definitions/ask"},
    "expects": {"$ref": "#/definitions/expects"},
    "every": {
        "anyOf": [
            {"enum": list(EVERY)},
            {"type": "string", "pattern": whole_of(RECURRENCE)},
            {"type": "array", "minItems": 1, "items": {"enum": list(EVERY)}},
        ]
    },
    "once": {"type": "string", "pattern": whole_of(ONCE)},
    "date": _DATE,
    "clock": {"type": "string", "pattern": whole_of(CLOCK)},
}


def _of_keys(keys: Mapping[str, Key]) -> dict[str, Any]:
    shapes = {
        word: _OWN[key.shape] if key.shape in _OWN else of_shape(key) for word, key in keys.items()
    }
    return keyed({word: key.says for word, key in keys.items()}, shapes, required(keys))


def _part(kinds: Iterable[str]) -> Schema:
    says = {word: key.says for word, key in PART.items()}
    return keyed(says, {"kind": {"enum": list(kinds)}}, required(PART))


def _expects(kinds: Mapping[str, Kind], never: Sequence[str]) -> Schema:
    """Return a kind, one that is narrowed by a `where:`, or the name of a signal."""
    wheres = [
        {
            "if": {"properties": {"kind": {"enum": [name]}}},
            "then": {"properties": {"where": {"$ref": f"#/definitions/where {name}"}}},
        }
        for name in kinds
    ]
    signal = {
        "type": "string",
        "pattern": whole_of(NAME),
        "not": {"enum": list(never)},
        "description": "A signal of the file.",
    }
    return {"anyOf": [{"enum": list(kinds)}, signal, {**_part(kinds), "allOf": wheres}]}


def _where(kind: Kind) -> Schema:
    """Return the fields of a kind but the one that can say missed."""
    schema = dict(schema_values.where(kind))
    words = outcome_words(kind)
    assert words is not None
    schema["properties"] = {
        name: one for name, one in schema["properties"].items() if name != words.field
    }
    return schema
