"""Where paths lead in resources: as in JSON, but `value` also finds valueString and its like.

A value that is an object of a known shape is its code, number or beginning. A reference is the id.
"""

from __future__ import annotations

from typing import Any

from connectors.mapping.json_form import JsonForm

# The types that FHIR writes behind the name of an element of several types.
_TYPES = frozenset(
    [
        "Age",
        "Annotation",
        "Attachment",
        "Boolean",
        "Canonical",
        "Code",
        "CodeableConcept",
        "Coding",
        "Date",
        "DateTime",
        "Decimal",
        "Duration",
        "Expression",
        "Id",
        "Identifier",
        "Instant",
        "Integer",
        "Markdown",
        "Money",
        "Oid",
        "Period",
        "PositiveInt",
        "Quantity",
        "Range",
        "Ratio",
        "Reference",
        "SampledData",
        "String",
        "Time",
        "Timing",
        "UnsignedInt",
        "Uri",
        "Url",
        "Uuid",
    ]
)
# The key that says what an object of a known shape means, in the order in which it is looked for.
_MEANS = ("value", "code", "start", "end", "reference", "text", "display")


class FhirForm(JsonForm):
    """Resources as `read_json` returns them."""

    def child(self, value: Any, name: str) -> Any:
        """Return what an object has under a name, or under that name with a type behind it."""
        if not isinstance(value, dict):
            return None
        if name in value:
            return value[name]
        size = len(name)
        for key, found in value.items():
            if key[:size] == name and key[size:] in _TYPES:
                return found
        return None

    def variants(self, name: str) -> frozenset[str]:
        """Return a name with each type behind it."""
        return frozenset(name + each for each in _TYPES)

    def text(self, found: Any) -> str:
        """Return a value as the text of a cell.

        Raises:
            ValueError: It is an object of an unknown shape.
        """
        if isinstance(found, dict):
            coding = found.get("coding")
            if isinstance(coding, list) and coding:
                return self.text(coding[0])
            for key in _MEANS:
                if isinstance(found.get(key), str):
                    told = super().text(found[key])
                    return told.rpartition("/")[2] if key == "reference" else told
        return super().text(found)
