"""An editor's view of a YAML file: values of YAML 1.2, and the places that a schema refuses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml
from jsonschema import Draft7Validator


class Yaml12(yaml.SafeLoader):
    """Reads `no` and `08:30` as words, as the editors' own reader does."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML wants it so


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    Yaml12.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), list(_first)
    )


def refusals(schema: Mapping[str, Any], text: str) -> list[str]:
    """The places at which a schema refuses a file."""
    errors = Draft7Validator(schema).iter_errors(yaml.load(text, Yaml12))
    return ["/".join(map(str, error.path)) for error in errors]
