"""pydantic's errors about config.yaml, in words and with the place in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, get_args

import yaml
from pydantic import BaseModel
from pydantic_core import ErrorDetails

from engine.errors import Mistake
from engine.model.source_settings import Place
from engine.yaml_source import YamlSource

# pydantic's kinds of error, in words for a person who never heard of it.
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


class Part(NamedTuple):
    """A part of the file: its model, and the keys that it takes besides."""

    model: type[BaseModel]
    keys: frozenset[str] = frozenset()


def mistakes_of(
    source: YamlSource, details: Iterable[ErrorDetails], parts: Mapping[Place, Part]
) -> Iterator[Mistake]:
    """Yield pydantic's errors in words, each with its place in the file.

    Args:
        source: The file.
        details: The errors, with their places from the root of the file.
        parts: The models of parts of the file, by their places, the root included.
    """
    seen = set()
    for detail in details:
        kind, place = detail["type"], detail["loc"]
        node = node_at(source.root, place, key=kind == "extra_forbidden")
        if kind == "too_short" and isinstance(node, yaml.SequenceNode) and node.value:
            continue  # its items were refused, each in its place, and so do not count.
        # A value of two possible types has one error for each; each missing key has its own.
        what = (node, place[-1] if kind == "missing" else None)
        if what not in seen:
            seen.add(what)
            mark = node.start_mark
            yield Mistake(source.name, mark.line + 1, mark.column + 1, _in_words(detail, parts))


def node_at(root: yaml.Node | None, place: Place, key: bool = False) -> yaml.Node:
    """Return the node of the value at a place (or of its key).

    Steps that only pydantic's types have are skipped.
    """
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


def _in_words(detail: ErrorDetails, parts: Mapping[Place, Part]) -> str:
    place, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
    name = str(place[-1]) if place else ""
    if kind == "extra_forbidden":
        # Imported here because it brings NumPy along, which a command that only lists does not
        # need.
        from engine.rulebook.parsing.reading import nearest  # noqa: PLC0415

        return f"the key '{name}' is not known here{nearest(name, _keys_at(place[:-1], parts))}"
    if kind == "missing":
        return f"'{name}:' is missing here; add it"
    if kind in {"literal_error", "enum"}:
        right = [
            str(word).strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")
        ]
        return f"{name}: '{detail['input']}' is not one of {', '.join(right)}"
    if kind in {"value_error", "assertion_error"}:
        return f"{name}: {context['error']}"
    words = _WORDS.get(kind)
    said = words.format(input=detail["input"], **context) if words else detail["msg"]
    return f"{name}: {said}"


def _keys_at(place: Place, parts: Mapping[Place, Part]) -> set[str]:
    """Return the keys that are right at a place of the file."""
    length = next(length for length in range(len(place), -1, -1) if place[:length] in parts)
    part = parts[place[:length]]
    models: set[type[BaseModel]] = {part.model}
    for step in place[length:]:
        models = {
            inner for model in models for inner in _models_in(_fields(model).get(str(step)))
        } or models
    keys = {key for model in models for key in _fields(model)}
    return keys | part.keys if length == len(place) else keys


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    """Return the types of a model's keys."""
    return {
        field.alias or name: field.annotation
        for name, field in model.model_fields.items()
        if not field.exclude
    }


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
