"""The page docs/config.md: every key of config.yaml, made from its schema."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

from engine.config_schema import Schema, config_schema, shape_of

_HEAD = """# Configuration

Every key of `config.yaml`. This page is made from the settings' own descriptions (`make
reference`), and a test holds the two equal. `handrail schema config --output config.schema.json`
writes the same for an editor, and `handrail check` names each mistake in a file.

- **Paths** are relative to the file. `${NAME}` in a path is an environment variable.
- **Durations** are a number and a unit: `45 minutes`, `12 hours`, `7 days`.
- **Percentages** are written such as `20%`, times of day such as `18:00`, and days with a time
  such as `2026-01-05 08:00`.
- **Secrets** never stand in the file. A key says where one is: `{env: NAME}` or `{file: PATH}`.
  Every command reads the file `.env` beside `config.yaml`, with a line `NAME=VALUE` for each. A
  variable that is set already stays as it is.
- **HANDRAIL_DATABASE_URL** in the environment overrides `database:`. It is the place for a URL
  with a password.
"""
_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "yes or no",
    "null": "nothing",
    "array": "list",
    "object": "keys with values",
}


def reference(schema: Schema) -> str:
    """Return the page about a schema that `config_schema` made."""
    titles = dict(_titles(schema))
    page = [_HEAD, "## The whole file", *_table(schema, titles)]
    for name, title in titles.items():
        shape = shape_of(schema["$defs"][name])
        page += ["", f"## {title}", "", shape["description"]]
        if short := [_WORDS[one["type"]] for one in _short_forms(schema["$defs"][name])]:
            page.append(f"Its first key may be written alone, as a {' or a '.join(short)}.")
        page += _table(shape, titles)
    return "\n".join(page) + "\n"


def takes(part: Schema, titles: dict[str, str] | None = None) -> str:
    """Return what a key takes, in words.

    Args:
        part: The key's schema.
        titles: The titles of the parts, to link them; None for plain words.
    """
    match part:
        case {"$ref": place}:
            name = str(place).rpartition("/")[2]
            return f"[keys](#{_anchor(titles[name])})" if titles else "keys"
        case {"x-form": form}:
            return str(form)
        case {"anyOf": list(ways)}:
            said = [takes(way, titles) for way in ways if way != {"type": "null"}]
            return " or ".join(dict.fromkeys(said))
        case {"const": word}:
            return f"`{word}`"
        case {"enum": list(words)}:
            return ", ".join(f"`{word}`" for word in words)
        case {"type": "array", "items": items}:
            return f"list of {takes(items, titles)}"
        case {"type": "object"} if inner := _values(part):
            return f"names, each with {takes(inner, titles)}"
        case {"format": "path"}:
            return "path"
        case {"type": str(kind)}:
            return _WORDS[kind] + _bounds(part)
    return "text"


def default_of(part: Schema, needed: bool) -> str:
    """Return a key's default as a person writes it; "" if it has keys of its own."""
    if needed:
        return "(needed)"
    match part.get("default"):
        case None:
            return "none" if "default" in part else ""
        case bool(value):
            return "yes" if value else "no"
        case list(words):
            return ", ".join(map(str, words)) or "none"
        case dict(pairs):
            return "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"
        case value:
            return f"{value:g}" if isinstance(value, float) else str(value)


def _table(shape: Schema, titles: dict[str, str]) -> Iterator[str]:
    yield from ("", "| key | takes | default | meaning |", "|---|---|---|---|")
    needed = shape.get("required", ())
    for name, part in shape["properties"].items():
        default = default_of(part, name in needed)
        shown = default if default in {"", "none", "(needed)"} else f"`{default}`"
        cells = (f"`{name}:`", takes(part, titles), shown, part.get("description", ""))
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _titles(schema: Schema) -> Iterator[tuple[str, str]]:
    """Yield the title of each part, by the place where it stands first in the file."""
    seen: set[str] = set()
    waiting: list[tuple[str, Any]] = list(schema["properties"].items())
    while waiting:
        path, part = waiting.pop(0)
        inner: list[tuple[str, Any]] = []
        for name in dict.fromkeys(_references(part)):
            if name not in seen:
                seen.add(name)
                shape = shape_of(schema["$defs"][name])
                yield name, _title(path, name, shape)
                inner += [(f"{path}: {key}", one) for key, one in shape["properties"].items()]
        waiting = inner + waiting


def _title(path: str, name: str, shape: Schema) -> str:
    if connector := shape["properties"].get("type", {}).get("enum"):
        return f"`sources:` by `{connector[0]}`"
    if path.startswith("sources:"):  # parts of mappings are shared by connectors
        return f"`{path.rpartition(' ')[2]}:` ({_plain(name)})"
    return f"`{path}:`"


def _plain(name: str) -> str:
    """Return a model's name as words: `ClientColumns` is `client columns`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("Settings")).lower()


def _references(part: Any) -> Iterator[str]:
    match part:
        case {"$ref": str(place)}:
            yield place.rpartition("/")[2]
        case dict(inner):
            for each in inner.values():
                yield from _references(each)
        case list(inner):
            for each in inner:
                yield from _references(each)


def _values(part: Schema) -> Schema | None:
    by_pattern = list(part.get("patternProperties", {}).values())
    inner = by_pattern[0] if by_pattern else part.get("additionalProperties")
    return inner if isinstance(inner, dict) else None


def _short_forms(definition: Schema) -> list[Schema]:
    return [one for one in definition.get("anyOf", ()) if "properties" not in one]


def _bounds(part: Schema) -> str:
    said = {
        "minimum": "from {:g}", "exclusiveMinimum": "above {:g}", "maximum": "up to {:g}",
        "exclusiveMaximum": "below {:g}",
    }  # fmt: skip
    return "".join(f" {words.format(part[one])}" for one, words in said.items() if one in part)


def _anchor(title: str) -> str:
    kept = "".join(letter for letter in title.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")


if __name__ == "__main__":
    sys.stdout.write(reference(config_schema()))
