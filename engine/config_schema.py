"""The JSON Schema of config.yaml, made from the settings' own types and descriptions.

Editors complete, explain and check with it. `docs/config.md` and the file that `handrail init`
writes are made of it too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from connectors import registry
from engine.model.settings import Settings
from engine.model.sms_settings import SmsSettings
from engine.model.strict import Strict

Schema = dict[str, Any]
Models = Mapping[str, type[Strict]]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
# Every scalar of the file is read as it is written, so a number may stand where a word is read.
_LENIENT = {
    "string": ["string", "number", "boolean"],
    "integer": ["integer", "string"],
    "number": ["number", "string"],
    "boolean": ["boolean", "string"],
}


def config_schema() -> Schema:
    """Return the schema (draft 2020-12) of config.yaml with every connector's settings."""
    sources: Models = {name: registry.source(name).SETTINGS for name in registry.SOURCES}
    gateways = {name: registry.gateway(name).SETTINGS for name in registry.GATEWAYS}
    own: Models = {name: model for name, model in gateways.items() if model is not None}
    parts: list[type[Strict]] = [Settings, SmsSettings, *sources.values(), *own.values()]
    _, made = models_json_schema([(part, "validation") for part in parts])
    shapes: dict[str, Schema] = made["$defs"]
    for name, model in sources.items():
        shapes[model.__name__]["properties"]["type"] |= {"enum": [name], "default": name}
    of_sms = shapes[SmsSettings.__name__]["properties"]
    of_sms["gateway"]["enum"] = list(gateways)
    for name, model in own.items():
        of_sms[name] = {"$ref": _place(model), "description": f"The settings of {name}."}
    whole = shapes.pop(Settings.__name__)
    whole["properties"]["sources"]["items"] = {
        "anyOf": [{"$ref": _place(model)} for model in sources.values()]
    }
    schema = {"$schema": DRAFT, "title": "Handrail's configuration", **whole}
    return {**schema, "$defs": {name: shapes[name] for name in _named_in(whole, shapes)}}


def shape_of(definition: Schema) -> Schema:
    """Return the form of a definition that has keys, beside shorter forms of it."""
    ways = [definition, *definition.get("anyOf", ())]
    return next(way for way in ways if "properties" in way)


def for_editors(schema: Schema) -> str:
    """Return the schema as the text of its file, one definition a line.

    It takes every scalar that the reader takes, such as the text "4" where a number is read.
    """
    lenient = _lenient(schema)
    shapes = lenient.pop("$defs")
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(one)}" for name, one in shapes.items())
    return f'{json.dumps(lenient)[:-1]},\n"$defs": {{\n{lines}\n}}}}\n'


def _named_in(part: Any, shapes: Mapping[str, Schema]) -> dict[str, None]:
    """Return the names of the definitions that a part needs, in the order of the file."""
    found: dict[str, None] = {}
    waiting = [part]
    while waiting:
        match waiting.pop(0):
            case {"$ref": str(place), **rest}:
                name = place.rpartition("/")[2]
                waiting = [*rest.values(), *([] if name in found else [shapes[name]]), *waiting]
                found[name] = None
            case dict(inner):
                waiting = [*inner.values(), *waiting]
            case list(inner):
                waiting = [*inner, *waiting]
    return found


def _place(model: type[Any]) -> str:
    return f"#/$defs/{model.__name__}"


def _lenient(part: Any) -> Any:
    if isinstance(part, list):
        return [_lenient(each) for each in part]
    if not isinstance(part, dict):
        return part
    kept = {name: _lenient(value) for name, value in part.items() if not _is_noise(name, value)}
    kind = kept.get("type")
    if isinstance(kind, str) and "enum" not in kept:
        kept["type"] = _LENIENT.get(kind, kind)
    return kept


def _is_noise(name: str, value: Any) -> bool:
    """Whether a word is pydantic's title of a key, or a form that editors do not know."""
    return (name == "title" and isinstance(value, str)) or name in {"x-form", "format"}
