"""The OpenAPI description of a source that is posted to, made from its mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connectors.http.settings import HttpSettings
from connectors.mapping.cell_settings import Cell
from connectors.mapping.paths import Step, from_record, parse_path
from connectors.mapping.row_parts import columns_of_parts
from connectors.mapping.rows import wanted_columns

_VALUE = {"type": ["string", "number", "boolean", "null"]}
_KEYS = ("webhook-id", "Idempotency-Key")
_PROBLEMS = {
    "401": "Nobody that we know posted it.",
    "413": "It is too large, and was not read.",
    "422": "It is no JSON, or its id came before with another body.",
    "429": "There are too many posts in this minute.",
    "503": "The post was not kept; send it again.",
}
_COUNT = {"type": "integer", "minimum": 0}
_ITEM = {
    "type": "object",
    "required": ["item", "outcome"],
    "properties": {
        "item": {"type": "integer", "minimum": 1},
        "outcome": {"enum": ["accepted", "skipped", "rejected"]},
        "word": {"type": "string", "description": "The word of the mapping that is wrong."},
    },
}
_KEPT = {
    "type": "object",
    "required": ["accepted", "skipped", "rejected", "items"],
    "properties": {
        **dict.fromkeys(("accepted", "skipped", "rejected"), _COUNT),
        "items": {"type": "array", "items": _ITEM},
    },
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"},
        "status": {"type": "integer"}, "detail": {"type": "string"},
    },
}  # fmt: skip


def openapi_of(settings: HttpSettings) -> dict[str, Any]:
    """Return the description of a source as OpenAPI 3.1."""
    record = record_schema(settings)
    schemes, needed = _security(settings)
    kept = {"description": "It is on the disk.", "content": _content(_KEPT)}
    problems = {
        status: {"description": text, "content": {"application/problem+json": {"schema": _PROBLEM}}}
        for status, text in _PROBLEMS.items()
    }
    post = {
        "summary": f"Post records to the source {settings.name}.",
        "security": needed,
        "parameters": [
            {"name": name, "in": "header", "schema": {"type": "string", "maxLength": 200},
             "description": "Names a post, so that it counts once."}
            for name in _KEYS
        ],
        "requestBody": {
            "required": True,
            "content": _content({"anyOf": [record, {"type": "array", "items": record}]}),
        },
        "responses": {"200": kept, **problems},
    }  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Handrail: {settings.name}", "version": "1"},
        "paths": {settings.path: {"post": post}},
        "components": {"securitySchemes": schemes},
    }


def record_schema(settings: HttpSettings) -> dict[str, Any]:
    """Return the JSON Schema of one record: the paths that the mapping names, and no others."""
    root: dict[str, Any] = {"type": "object"}
    part = _at(root, parse_path(settings.each), is_list=True) if settings.each else root
    required = _required(settings)
    for column in sorted(wanted_columns(settings)):
        path, outside = from_record(column)
        _put(root if outside else part, parse_path(path), column in required)
    for name, columns in columns_of_parts(settings).items():
        parts = settings.parts[name]
        if parts.of is None:
            continue
        path, outside = from_record(parts.of)
        inside = _at(root if outside else part, parse_path(path), is_list=True)
        for column in columns:
            path, outside = from_record(column)
            _put(root if outside else inside, parse_path(path), is_required=False)
    return root


def _required(settings: HttpSettings) -> set[str]:
    """Return the columns without which no row makes an event."""
    if len(settings.events) != 1:
        return set()
    (event,) = settings.events
    if event.each or event.when or settings.skip_when:
        return set()
    # A record that takes an event back needs its id alone.
    also = [] if event.withdraw_when else [*_only(event.client), event.at.column or ""]
    return {*(event.id or ()), *also}


def _only(cells: Sequence[Cell]) -> Iterable[str]:
    return [cells[0].column] if len(cells) == 1 and cells[0].column else []


def _put(schema: dict[str, Any], steps: Sequence[Step], is_required: bool) -> None:
    """Add a value at a path."""
    *before, last = steps
    holder = _at(schema, before) if before else schema
    holder.setdefault("properties", {}).setdefault(last.name, {"anyOf": [_VALUE, _listed(_VALUE)]})
    if is_required and not before:
        holder["required"] = sorted({*holder.get("required", ()), last.name})


def _at(schema: dict[str, Any], steps: Sequence[Step], is_list: bool = False) -> dict[str, Any]:
    """Return the schema of the object at a path, which is in a list if a filter chooses there."""
    for place, step in enumerate(steps):
        properties = schema.setdefault("properties", {})
        listed = bool(step.filters) or (is_list and place == len(steps) - 1)
        known = properties.get(step.name)
        if known is None or known.get("type") not in {"object", "array"}:
            inner = {"type": "object"}
            known = properties[step.name] = _listed(inner) if listed else inner
        schema = known["items"] if known["type"] == "array" else known
    return schema


def _listed(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": dict(schema)}


def _content(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _security(settings: HttpSettings) -> tuple[dict[str, Any], list[dict[str, list[str]]]]:
    http = settings.http
    schemes: dict[str, Any] = {}
    if http.bearer:
        schemes["key"] = {"type": "http", "scheme": "bearer"}
    if http.secret is not None:
        own = http.signature
        name = own.header if own else "webhook-signature"
        how = "as agreed" if own else "as https://www.standardwebhooks.com says"
        schemes["signature"] = {
            "type": "apiKey", "in": "header", "name": name, "description": f"Signed {how}.",
        }  # fmt: skip
    return schemes, [{name: []} for name in schemes]
