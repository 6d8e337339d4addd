"""The base of every part of config.yaml: frozen, strict about unknown keys, and self-describing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler

# The whole is prepared once, when it is first read. Preparing each part too would slow every
# command down.
LAZY = ConfigDict(defer_build=True)

_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n        .*)*)", re.MULTILINE)


@dataclass(frozen=True)
class WrittenAs:
    """Says in the schema in which form a person writes a value, such as a duration.

    Attributes:
        form: The name of the form.
        written: Writes a default in this form.
    """

    form: str
    written: Callable[[Any], str] = str

    def __get_pydantic_json_schema__(self, _: Any, __: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the schema of a written value; the default is written by `_described`."""
        return {"type": "string", "x-form": self.form, "x-written": self.written}


def sentences_of(model: type[BaseModel]) -> tuple[str, dict[str, str]]:
    """Return the summary of a model and the meaning of each attribute, from its docstring.

    Attributes of the models that it extends are among them.
    """
    meanings: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, Strict):
            _, _, listed = cleandoc(each.__doc__ or "").partition("\nAttributes:\n")
            meanings |= {name: " ".join(says.split()) for name, says in _ATTRIBUTE.findall(listed)}
    summary = cleandoc(model.__doc__ or "").partition("\n")[0]
    return summary, meanings


def _described(schema: dict[str, Any], model: type[Strict]) -> None:
    """Put the docstring's sentences into a schema, and defaults as a person writes them."""
    summary, meanings = sentences_of(model)
    schema["description"] = summary
    shown = schema.setdefault("properties", {})
    for name, field in model.model_fields.items():
        key = field.alias or name
        if field.exclude:
            shown.pop(key, None)
            continue
        says = shown[key]
        if name in meanings:
            says["description"] = meanings[name]
        _write_default(says)
    if model.SHORT_FORMS:
        whole = dict(schema)
        schema.clear()
        schema["anyOf"] = [{"type": form} for form in model.SHORT_FORMS] + [whole]


def _write_default(says: dict[str, Any]) -> None:
    forms = [one for one in (says, *says.get("anyOf", ())) if "x-written" in one]
    for one in forms:
        written = one.pop("x-written")
        if isinstance(says.get("default"), int | float):
            says["default"] = written(says["default"])
    if isinstance(given := says.get("default"), dict):
        says["default"] = {name: value for name, value in given.items() if value is not None}
        # Of longer parts each key has its own default.
        if not says["default"] or not all(isinstance(one, str) for one in says["default"].values()):
            del says["default"]


class Strict(BaseModel):
    """Settings that do not change and hold no unknown key.

    `SHORT_FORMS` are JSON Schema's names of the shorter forms in which a part may be written too.
    """

    SHORT_FORMS: ClassVar[tuple[str, ...]] = ()

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra=_described,
        **LAZY,
    )
