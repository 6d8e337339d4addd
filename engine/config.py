"""config.yaml becomes frozen settings, or all its mistakes at once with their places."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from engine.errors import Mistake, MistakesError
from engine.model.csv_mapping import EventMapping, Place, check_event
from engine.model.kinds import Kind
from engine.model.settings import Settings
from engine.model.site_kinds import SiteKinds
from engine.yaml_source import YamlSource

_PASSWORD = re.compile(r"://[^/@]*:[^/@]+@")
_SITE_KINDS: TypeAdapter[Any] = TypeAdapter(SiteKinds)

# pydantic's kinds of error, in words for somebody who never heard of it.
_WORDS = {
    "int_parsing": "'{input}' is not a whole number",
    "float_parsing": "'{input}' is not a number",
    "bool_parsing": "'{input}' is neither yes nor no",
    "string_type": "needs one word or text here",
    "list_type": "needs a list here: lines that begin with '- '",
    "tuple_type": "needs a list here: lines that begin with '- '",
    "dict_type": "needs 'key: value' pairs here",
    "model_type": "needs 'key: value' pairs here",
    "greater_than": "'{input}' must be more than {gt}",
    "greater_than_equal": "'{input}' must be at least {ge}",
    "less_than": "'{input}' must be less than {lt}",
    "less_than_equal": "'{input}' must be at most {le}",
    "string_too_long": "is longer than {max_length} characters",
    "string_too_short": "is shorter than {min_length} characters",
    "string_pattern_mismatch": "'{input}' is not of the form {pattern}",
    "too_short": "needs at least {min_length} here",
}


def load(path: Path) -> Settings:
    """The settings in a file; paths are relative to it, and HANDRAIL_DATABASE_URL overrides its database.

    Raises MistakesError with everything that is wrong.
    """
    source = YamlSource.read(path)
    if not source.mistakes and not isinstance(source.root, yaml.MappingNode):
        words = "holds no settings; write 'key: value' lines, such as timezone: UTC"
        source.mistakes.append(Mistake(source.name, 1, 1, words))
    if source.mistakes:
        raise MistakesError(source.mistakes)
    written = _as_written(source.root)
    if _PASSWORD.search(str(written.get("database"))):
        source.mistake(
            _node(source.root, ("database",)),
            "holds a password; give the URL in HANDRAIL_DATABASE_URL",
        )
    if os.environ.get("HANDRAIL_DATABASE_URL"):
        written["database"] = os.environ["HANDRAIL_DATABASE_URL"]
    _check_events(source, written)
    try:
        settings = Settings.model_validate(written, context={"folder": path.absolute().parent})
    except ValidationError as error:
        raise MistakesError([*source.mistakes, *_mistakes(source, error)]) from None
    if source.mistakes:
        raise MistakesError(source.mistakes)
    return settings


def _check_events(source: YamlSource, written: dict[str, Any]) -> None:
    """Hold each mapped event against the kinds there are, whatever else is wrong around it."""
    try:
        kinds: Mapping[str, Kind] = _SITE_KINDS.validate_python(written.get("kinds", {}))
    except ValidationError:
        return
    for place, event in _find(written, ("sources", "files", "events"), ()):
        try:
            checked = EventMapping.model_validate(event)
        except ValidationError:
            continue
        for inner, text in check_event(checked, kinds):
            source.mistake(_node(source.root, (*place, *inner)), text)


def _find(written: Any, keys: tuple[str, ...], place: Place) -> Iterator[tuple[Place, Any]]:
    """What stands in the lists under the first key, in those under the second inside each of them, and so on."""
    if not keys:
        yield place, written
        return
    items = written.get(keys[0]) if isinstance(written, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        yield from _find(item, keys[1:], (*place, keys[0], index))


def _as_written(node: yaml.Node | None) -> Any:
    """Every scalar as the text that was typed: `no`, `on`, 08:00 and +15551234567 mean just that."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: _as_written(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_as_written(item) for item in node.value]
    if isinstance(node, yaml.ScalarNode) and node.tag != "tag:yaml.org,2002:null":
        return node.value
    return None


def _mistakes(source: YamlSource, error: ValidationError) -> Iterator[Mistake]:
    seen = set()
    for detail in error.errors(include_url=False):
        kind, place = detail["type"], detail["loc"]
        node = _node(source.root, place, key=kind == "extra_forbidden")
        if kind == "too_short" and isinstance(node, yaml.SequenceNode) and node.value:
            continue  # its items were refused, each in its place, and so do not count
        # A value that may be of two types is refused once for each; of missing keys each is told.
        what = (node, place[-1] if kind == "missing" else None)
        if what not in seen:
            seen.add(what)
            mark = node.start_mark
            yield Mistake(source.name, mark.line + 1, mark.column + 1, _in_words(detail))


def _node(root: yaml.Node | None, place: Place, key: bool = False) -> yaml.Node:
    """The value at a place (or its key), steps that stand only in pydantic's types passed over."""
    assert root is not None
    value = found = root
    for step in place:
        if isinstance(value, yaml.MappingNode):
            pairs = {name.value: (name, inner) for name, inner in value.value}
            found, value = pairs.get(step, (found, value))
        elif (
            isinstance(value, yaml.SequenceNode)
            and isinstance(step, int)
            and step < len(value.value)
        ):
            found = value = value.value[step]
    return found if key else value


def _in_words(detail: ErrorDetails) -> str:
    place, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
    name = str(place[-1]) if place else ""
    if kind == "extra_forbidden":
        # Imported here, for it brings NumPy along, which a command that only lists does without.
        from engine.rulebook.parsing.reading import nearest  # noqa: PLC0415

        return f"the key '{name}' is not known here{nearest(name, _keys_at(place[:-1]))}"
    if kind == "missing":
        return f"'{name}:' is missing here; add it"
    if kind == "literal_error":
        right = [
            str(word).strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")
        ]
        return f"{name}: '{detail['input']}' is not one of {', '.join(right)}"
    if kind in {"value_error", "assertion_error"}:
        return f"{name}: {context['error']}"
    words = _WORDS.get(kind)
    said = words.format(input=detail["input"], **context) if words else detail["msg"]
    return f"{name}: {said}"


def _keys_at(place: Place) -> set[str]:
    """The keys that are right at a place of the settings."""
    models: set[type[BaseModel]] = {Settings}
    for step in place:
        models = {
            inner for model in models for inner in _models_in(_fields(model).get(str(step)))
        } or models
    return {key for model in models for key in _fields(model)}


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
