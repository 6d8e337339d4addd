"""The words that may stand at a place of a rule file or a file of cases, by its JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from engine.rulebook.tools.yaml_place import ITEM, Level, Place, place_at

_MOST = 12
Schema = Mapping[str, Any]
_OWN_IDS = re.compile(r"^\s*(?:- )?id:\s*([a-z0-9-]+)", re.MULTILINE)
_OWN_NAMES = re.compile(r"^  ([a-z_][a-z0-9_-]*):", re.MULTILINE)
# Keys whose values are names that stand in the file itself, and where those stand.
_OF_IDS = frozenset({"rule", "quiets", "alert", "silent"})
_OF_NAMES = frozenset({"phrase"})


@dataclass(frozen=True, slots=True)
class Completion:
    """A word that may stand here, what to insert for it, and its meaning in a sentence.

    `back` characters before the cursor are already typed, and the insert takes their place.
    """

    word: str
    insert: str
    back: int
    says: str


def completions(text: str, line: int, column: int, schema: Schema) -> list[Completion]:
    """Return the words that may stand at the cursor, those of the schema in its order.

    Args:
        text: The file as typed so far.
        line: The line of the cursor, from 1.
        column: The column of the cursor, from 1.
        schema: The JSON Schema of the file.
    """
    place = place_at("\n".join(text.split("\n")[:line])[: _offset(text, line, column)])
    if place is None:
        return []
    nodes = [schema]
    for level in place.levels:
        nodes = [child for node in nodes for child in _children(node, level, schema)]
    if place.at_value:
        found = _values(nodes, schema, place, text)
    else:
        found = _keys(nodes, place.beside, schema)
    typed = place.typed
    after = "" if place.at_value else ": "
    return [
        Completion(word, word + after, len(typed), says)
        for word, says in found
        if word.startswith(typed) and word != typed
    ][:_MOST]


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    return sum(len(one) + 1 for one in lines[: line - 1]) + column - 1


def _keys(
    nodes: Sequence[Schema], beside: Mapping[str, str | None], root: Schema
) -> Iterator[tuple[str, str]]:
    """Yield the keys that may be added beside those that are there."""
    told: dict[str, str] = {}
    for node in nodes:
        parts = list(_parts(node, beside, root))
        closed = [
            set(one["properties"]) for one in parts if one.get("additionalProperties") is False
        ]
        for key, one in chain.from_iterable(part.get("properties", {}).items() for part in parts):
            if one is False or not all(key in allowed for allowed in closed):
                continue
            says = one.get("description", "") if isinstance(one, Mapping) else ""
            told[key] = told.get(key) or says
    yield from ((key, says) for key, says in told.items() if key not in beside)


def _values(
    nodes: Sequence[Schema], root: Schema, place: Place, text: str
) -> Iterator[tuple[str, str]]:
    told: dict[str, str] = {}
    for node in nodes:
        for part in _parts(node, {}, root):
            for value in part.get("enum", ()):
                told.setdefault(str(value), "")
    keys = [level.key for level in place.levels if level.key != ITEM][-1:]
    if _OF_IDS.intersection(keys):
        told |= dict.fromkeys(_OWN_IDS.findall(text), "")
    if _OF_NAMES.intersection(keys) and "phrases:" in text:
        told |= dict.fromkeys(_OWN_NAMES.findall(text.partition("phrases:")[2]), "")
    yield from told.items()


def _children(node: Schema, level: Level, root: Schema) -> Iterator[Schema]:
    for part in _parts(node, level.beside, root):
        if level.key == ITEM:
            if isinstance(part.get("items"), Mapping):
                yield part["items"]
            continue
        child = part.get("properties", {}).get(level.key, part.get("additionalProperties"))
        if isinstance(child, Mapping):
            yield child


def _parts(node: Schema, beside: Mapping[str, str | None], root: Schema) -> Iterator[Schema]:
    """Yield a schema and all that hold with it, given the keys and values of the mapping."""
    if "$ref" in node:
        yield from _parts(root["definitions"][node["$ref"].rpartition("/")[2]], beside, root)
    yield node
    for one in (*node.get("anyOf", ()), *node.get("allOf", ())):
        if "if" not in one:
            yield from _parts(one, beside, root)
        elif _holds(one["if"], beside):
            yield from _parts(one["then"], beside, root)


def _holds(condition: Schema, beside: Mapping[str, str | None]) -> bool:
    """Return whether a mapping with these keys fulfils the condition of an `if`."""
    if any(key not in beside for key in condition.get("required", ())):
        return False
    for key, one in condition.get("properties", {}).items():
        if beside.get(key) not in one.get("enum", ()):
            return False
    if any(_holds(one, beside) for one in condition.get("not", {}).get("anyOf", ())):
        return False
    return all(_holds(one, beside) for one in condition.get("allOf", ()))
