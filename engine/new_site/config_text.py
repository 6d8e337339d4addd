"""The config.yaml of a new site: the shipped settings, and every other key with its meaning.

A line of two hashes explains, and a line of one hash is a setting at its default. Without the hash
and the space after it, it holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from textwrap import wrap

from engine.config_reference import default_of, takes
from engine.config_schema import Schema, shape_of

_WIDTH = 100
_TOP_KEY = re.compile(r"^(\w+):", re.MULTILINE)
# A setting that the shipped file suggests in a comment; here it follows at its default.
_SUGGESTED = re.compile(r"^ +# \w+: .*\n", re.MULTILINE)
_HEAD = """\
# yaml-language-server: $schema=config.schema.json
## Handrail's configuration. Paths are relative to this file. A line with two hashes explains; a
## line with one hash is a setting at its default, which holds once the hash and its space are gone.
## handrail check says what is wrong with this file. Secrets stand in the file .env beside it.
"""


def config_text(schema: Schema, shipped: str) -> str:
    """Return the text of the file.

    Args:
        schema: The schema of config.yaml.
        shipped: The text of the shipped configuration, whose settings it keeps.
    """
    # The people of the shipped rotation are the sample's.
    kept = {name: text for name, text in _sections(shipped) if name != "on_call"}
    lines = [_HEAD]
    for name, part in schema["properties"].items():
        lines += ["", *_explained(part["description"], part, "")]
        inner = _keys_of(part, schema)
        if name in kept:
            lines.append(_SUGGESTED.sub("", kept[name]).rstrip("\n"))
            said = set(re.findall(r"^  (\w+):", kept[name], re.MULTILINE))
            lines += _lines({key: one for key, one in inner.items() if key not in said}, schema, 1)
        else:
            lines += _lines({name: part}, schema, 0, described=True)
        lines += _of_items(part, schema)
    return "\n".join(lines) + "\n"


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield each key at the top of a file with its lines, without the comments between keys."""
    for found in _TOP_KEY.finditer(text):
        rest = text[found.start() :].splitlines(keepends=True)
        own = [rest[0]]
        for line in rest[1:]:
            if not line.startswith(" "):
                break
            own.append(line)
        yield found[1], "".join(own)


def _lines(
    parts: Mapping[str, Schema], schema: Schema, depth: int, *, described: bool = False
) -> Iterator[str]:
    """Yield keys at their defaults, each after its meaning (except if that is `described`)."""
    indent = "  " * depth
    for name, part in parts.items():
        if not described:
            yield from _explained(part["description"], part, indent)
        inner = _keys_of(part, schema)
        yield f"{indent}# {name}:" if inner else f"{indent}# {name}: {_default(part)}".rstrip()
        yield from _lines(inner, schema, depth + 1)


def _of_items(part: Schema, schema: Schema) -> Iterator[str]:
    """Yield the keys of each item of a list, explained alone, because no item has a default."""
    for shape in _shapes_of(part.get("items", {}), schema):
        yield f"## {shape['description']} Its keys:"
        for name, one in shape["properties"].items():
            needed = name in shape.get("required", ())
            yield from _wrapped(f"{name}: {one['description']}{_form(one, needed)}", "", "  ")


def _keys_of(part: Schema, schema: Schema) -> Mapping[str, Schema]:
    """Return the keys of a part that stands once; none for lists, secrets and plain values."""
    shapes = [] if "items" in part else _shapes_of(part, schema)
    is_secret = bool(shapes) and set(shapes[0]["properties"]) == {"env", "file"}
    return {} if is_secret or not shapes else shapes[0]["properties"]


def _shapes_of(part: Schema, schema: Schema) -> list[Schema]:
    ways = [part, *part.get("anyOf", ())]
    names = [way["$ref"].rpartition("/")[2] for way in ways if "$ref" in way]
    return [shape_of(schema["$defs"][name]) for name in names]


def _default(part: Schema) -> str:
    value = part.get("default")
    if isinstance(value, dict):
        return default_of(part, needed=False)
    if isinstance(value, str):
        return value
    if "default" in part:
        return json.dumps(value)  # JSON's words for nothing, yes and lists are YAML's too
    return "{}" if part.get("type") == "object" else ""


def _explained(says: str, part: Schema, indent: str) -> Iterator[str]:
    yield from _wrapped(f"{says}{_form(part, needed=False)}", indent, "")


def _form(part: Schema, needed: bool) -> str:
    form = takes(part)
    told = [] if "keys" in form else [form]
    told += ["needed"] if needed else []
    return f" ({', '.join(told)})" if told else ""


def _wrapped(text: str, indent: str, inner: str) -> list[str]:
    first, later = f"{indent}## {inner}", f"{indent}## {inner}{inner}"
    return wrap(text, _WIDTH, initial_indent=first, subsequent_indent=later, break_on_hyphens=False)
