"""A JSON Schema of rule files for editors, made from the reader's own tables.

Editors complete, explain and check with it. Everything that it refuses, the reader refuses too.
Only the reader knows how one place limits another, and which thresholds a window makes impossible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from engine.model.assignment_entries import ASSIGNED
from engine.model.event_kinds import Field, Kind
from engine.rulebook.language import schema_values
from engine.rulebook.language.measure_specs import DAYS, FORMS, Form, Said, values_in, values_of
from engine.rulebook.language.schema_shapes import (
    ATTRIBUTE,
    CONDITION,
    CONDITIONS,
    DRAFT,
    ITEMS,
    keyed,
    of_keys,
    of_shape,
)
from engine.rulebook.language.schema_values import LIST_NAME, SCALAR, Schema, comparisons
from engine.rulebook.language.units import OPERATORS, YES_OR_NO, Values, of_field, parse_whole
from engine.rulebook.language.vocabulary import (
    COMPARISONS,
    EVENT,
    EVER,
    EVIDENCE,
    FIGURE,
    FILE,
    ITEM,
    JOINS,
    NAME,
    OPTIONS,
    PART,
    PHRASE_REFERENCE,
    POINTS,
    RAISE,
    RULE,
    RULE_REFERENCE,
    SOME,
    SOME_OF,
    SUPPORTERS,
    TUNABLE,
    WEEKDAY_CONDITION,
    required,
)


def rules_schema(kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """Return the schema (draft 7) of a rule file with these kinds of events."""
    heads: dict[str, Schema] = {name: _measure(name, form, kinds) for name, form in FORMS.items()}
    heads |= {
        join: keyed({join: says}, {join: CONDITIONS}, (join,)) for join, says in JOINS.items()
    }
    heads |= {
        word: keyed({word: says}, {word: SCALAR}, (word,))
        for word, says in (("rule", RULE_REFERENCE), ("phrase", PHRASE_REFERENCE))
    }
    heads |= {
        "some": keyed({"some": SOME_OF}, {"some": of_keys(SOME)}, ("some",)),
        "ever": keyed({"ever": EVER}, {"ever": CONDITION}, ("ever",)),
        "points": _points(),
        "on": keyed({"on": WEEKDAY_CONDITION}, {"on": of_shape(OPTIONS["on"])}, ("on",)),
    }
    return {
        "$schema": DRAFT,
        "title": "Handrail rules",
        **of_keys(FILE),
        "definitions": {
            "rule": of_keys(RULE),
            "raise": of_keys(RAISE),
            "supporters": of_keys(SUPPORTERS),
            "item": of_keys(ITEM),
            "part": _part(kinds),
            "figure": of_keys(FIGURE),
            "evidence": of_keys(EVIDENCE),
            "condition": _condition(heads),
            **{f"condition {head}": schema for head, schema in heads.items()},
            **{f"where {name}": schema_values.where(kind) for name, kind in kinds.items()},
        },
    }


def _condition(heads: Mapping[str, Schema]) -> Schema:
    """Return the schema of a condition: exactly one head, and the keys that go with it."""
    says = {
        head: {"description": schema["properties"][head]["description"]}
        for head, schema in heads.items()
    }
    return {
        "type": "object",
        "properties": says,
        "oneOf": [_said_by(head, heads) for head in heads],
        "allOf": [
            {"if": _said_by(head, heads), "then": {"$ref": f"#/definitions/condition {head}"}}
            for head in heads
        ],
    }


def _part(kinds: Mapping[str, Kind]) -> Schema:
    """Return a part of a signal that narrows a kind by a `where:`."""
    shapes = {"kind": {"enum": list(kinds)}}
    part = keyed({word: key.says for word, key in PART.items()}, shapes, required(PART))
    return {**part, "allOf": [_if("kind", [kind], {"where": _where_of(kind)}) for kind in kinds]}


def _said_by(head: str, heads: Mapping[str, Schema]) -> Schema:
    """Return the schema that tells whether a condition has this head.

    `on:` beside another head is an option of that one.
    """
    if head != "on":
        return {"required": [head]}
    others = [{"required": [other]} for other in heads if other != "on"]
    return {"required": ["on"], "not": {"anyOf": others}}


def _points() -> Schema:
    """Return the schema of a scorecard, written here or named, and a comparison of its sum."""
    scorecard = {"anyOf": [ITEMS, LIST_NAME]}
    compared = comparisons(Values(parse_whole))
    says = {"points": POINTS} | dict(COMPARISONS) | {"tunable": TUNABLE.says}
    shapes = {"points": scorecard, **compared, "tunable": of_shape(TUNABLE)}
    schema = keyed(says, shapes, ("points",))
    schema["oneOf"] = [{"required": [operator]} for operator in OPERATORS]
    return schema


def _measure(name: str, form: Form, kinds: Mapping[str, Kind]) -> Schema:
    says = (
        {name: form.says}
        | {option: OPTIONS[option].says for option in form.options}
        | dict(COMPARISONS)
        | {"tunable": TUNABLE.says}
    )
    shapes = {option: of_shape(OPTIONS[option]) for option in form.options}
    shapes["tunable"] = of_shape(TUNABLE)
    schema = keyed(says, {name: _target(form, name, kinds), **shapes}, (name, *form.required))
    schema["oneOf"] = [{"required": [operator]} for operator in OPERATORS]
    alternatives = [option for option in ("within", "last", "first") if option in form.options]
    pairs = combinations(alternatives, 2)
    schema["not"] = {"anyOf": [{"required": list(pair)} for pair in pairs] or [False]}
    if form.target in {"pair", "attribute"}:
        schema["allOf"] = [
            {"properties": comparisons(values_in(Said(name, values=values_of(name, None))))}
        ]
        if form.target == "attribute":
            schema["allOf"] += [_if(name, list(ASSIGNED), comparisons(YES_OR_NO))]
    else:
        schema["allOf"] = list(_by_target(name, form, kinds))
    return schema


def _target(form: Form, name: str, kinds: Mapping[str, Kind]) -> Schema:
    if form.target == "attribute":
        return ATTRIBUTE
    if form.target == "pair":
        event = keyed(
            {word: key.says for word, key in EVENT.items()},
            {"event": {"anyOf": [{"enum": list(kinds)}, _signal(kinds)]}},
            required(EVENT),
        )
        wheres = [_if("event", [kind], {"where": _where_of(kind)}) for kind in kinds]
        either = {"anyOf": [{"enum": list(kinds)}, _signal(kinds), {**event, "allOf": wheres}]}
        return {"type": "array", "minItems": 2, "maxItems": 2, "items": either}
    known = [word for word, *_ in _targets(form, name, kinds)]
    return {"anyOf": [{"enum": known}, _signal(kinds, field=form.target == "field")]}


def _signal(kinds: Mapping[str, Kind], *, field: bool = False) -> Schema:
    """Return the schema of a signal's name, or of a field of one.

    The signals of a file are not known here.
    """
    kind = "|".join(kinds)
    name = f"{NAME.pattern}\\.{NAME.pattern}" if field else NAME.pattern
    return {
        "type": "string",
        "pattern": f"^(?!(?:{kind})(?:\\.|$))(?:{name})$",
        "description": "The name of one of the 'signals:'.",
    }


def _targets(
    form: Form, name: str, kinds: Mapping[str, Kind]
) -> list[tuple[str, str, Field | None]]:
    """Return the possible subjects of a measure, each with its kind and field."""
    if form.target != "field":
        days = DAYS if form.target == "kind or day" else ()
        return [(word, word, None) for word in (*kinds, *days)]
    readable: tuple[str, ...] = ("number",)
    if "scored" in form.options:
        readable = ("number", "choice", "word")
    if name == "latest":
        readable = ("number", "choice", "flag", "list", "word")
    return [
        (f"{kind}.{word}", kind, field)
        for kind, of_kind in kinds.items()
        for word, field in of_kind.fields.items()
        if field.type in readable
    ]


def _by_target(name: str, form: Form, kinds: Mapping[str, Kind]) -> Iterable[Schema]:
    """Return the schemas that depend on the measure's subject: its values, its events' fields."""
    told: list[tuple[dict[str, Any], bool, list[str]]] = []
    for word, kind, field in _targets(form, name, kinds):
        values = values_of(name, None if field is None else of_field(field))
        compared = comparisons(values_in(Said(name, kind=kind, values=values)))
        wheres: dict[str, Schema | bool] = dict.fromkeys(form.options, False)
        if kind not in DAYS:
            wheres = {
                option: _where_of(kind)
                for option in form.options
                if OPTIONS[option].shape == "where"
            }
        for properties, plainly in ((compared, True), (wheres, False)):
            alike = next((words for known, _, words in told if known == properties), None)
            if alike is None:
                told.append((properties, plainly, [word]))
            else:
                alike.append(word)
    worded = [
        word for word, _, field in _targets(form, name, kinds) if field and field.type != "number"
    ]
    if "scored" in form.options:
        yield {"if": {"properties": {name: {"enum": worded}}}, "then": {"required": ["scored"]}}
    yield from [
        _if(name, words, properties, unless=_OTHER_VALUES if plainly else ())
        for properties, plainly, words in told
        if properties
    ]


# With these the values are not those of the field itself.
_OTHER_VALUES = ("scored", "compared_with")


def _where_of(kind: str) -> Schema:
    return {"$ref": f"#/definitions/where {kind}"}


def _if(
    word: str, values: list[str], properties: Mapping[str, Any], unless: Sequence[str] = ()
) -> Schema:
    condition: dict[str, Any] = {"properties": {word: {"enum": values}}}
    if unless:
        condition["not"] = {"anyOf": [{"required": [option]} for option in unless]}
    return {"if": condition, "then": {"properties": properties}}
