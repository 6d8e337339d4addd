"""The `kinds:` of config.yaml: a site's own kinds of event, and fields added to built-in ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, InstanceOf, StringConstraints, WithJsonSchema

from engine.model.event_kinds import Field, Kind, with_site_kinds

_Bare = Literal["number", "flag", "list", "word", "text"]
_HOW = (
    "write a list of its values, or number, flag, list, word or text, or {number: [lowest, "
    "highest]}"
)

_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


def _field(written: Any) -> Field:
    if written in get_args(_Bare):
        return Field(written)
    if (
        isinstance(written, list)
        and written
        and all(isinstance(word, str) and word for word in written)
    ):
        if len(set(written)) < len(written):
            raise ValueError("holds a value twice; write each once")
        return Field("choice", choices=tuple(written))
    if isinstance(written, dict) and list(written) == ["number"]:
        return _bounded(written["number"])
    raise ValueError(f"{written!r} is not a type of field; {_HOW}")


def _bounded(bounds: Any) -> Field:
    try:
        low, high = map(float, bounds)
    except (TypeError, ValueError):
        raise ValueError("number: needs its two bounds, such as [0, 10]") from None
    if not low < high:
        raise ValueError(f"the lowest number {low:g} must be below the highest {high:g}")
    return Field("number", low=low, high=high)


# `time_since:` takes the first two as days; a step of a case may be or hold the others.
_TAKEN = frozenset({"enrolled", "discharged", "client", "reply", "at", "known"})


def _all_kinds(added: Mapping[str, Mapping[str, Field]]) -> Mapping[str, Kind]:
    for name in added:
        if name in _TAKEN:
            raise ValueError(
                f"'{name}' means something else in rules or cases; give the kind another name"
            )
    return with_site_kinds({name: Kind(name, fields) for name, fields in added.items()})


_FIELD_SCHEMA = {
    "anyOf": [
        {"enum": [*get_args(_Bare)]},
        {"type": "array", "items": {"type": "string"}, "minItems": 1},
        {
            "type": "object",
            "properties": {"number": {"type": "array", "items": {"type": "number"}}},
            "required": ["number"],
        },
    ]
}

# Validation turns it into every kind there is, the built-in ones included.
SiteKinds = Annotated[
    dict[
        _Name,
        dict[
            _Name,
            Annotated[
                InstanceOf[Field],
                BeforeValidator(_field),
                WithJsonSchema(_FIELD_SCHEMA),
            ],
        ],
    ],
    AfterValidator(_all_kinds),
]
