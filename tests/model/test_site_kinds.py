"""The kinds and fields that a site adds are checked, and join the built-in ones."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from engine.model.event_kinds import BUILT_IN
from engine.model.site_kinds import SiteKinds

KINDS = TypeAdapter(SiteKinds)


def test_a_site_adds_a_kind_and_a_field_of_each_type() -> None:
    kinds = KINDS.validate_python(
        {
            "house_check": {
                "score": {"number": [0, 10]},
                "room": "word",
                "clean": "flag",
                "found": "list",
                "outcome": ["passed", "failed"],
            },
            "check_in": {"pain": "number"},
        }
    )
    assert kinds.keys() == {*BUILT_IN, "house_check"}
    fields = kinds["house_check"].fields
    assert (fields["score"].low, fields["score"].high) == (0, 10)
    assert fields["outcome"].choices == ("passed", "failed")
    assert [fields[name].type for name in ("room", "clean", "found")] == ["word", "flag", "list"]
    assert {"craving", "pain"} <= kinds["check_in"].fields.keys()


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"visit": {"score": "integer"}}, "'integer' is not a type of field"),
        ({"visit": {"score": []}}, "[] is not a type of field"),
        ({"visit": {"score": ["a", "a"]}}, "holds a value twice"),
        ({"visit": {"score": {"number": [0]}}}, "needs its two bounds"),
        ({"visit": {"score": {"number": "many"}}}, "needs its two bounds"),
        ({"visit": {"score": {"number": [5, 5]}}}, "the lowest number 5 must be below the highest"),
        ({"discharged": {"score": "number"}}, "'discharged' means something else"),
        ({"Visit": {"score": "number"}}, "should match pattern"),
    ],
)
def test_a_wrong_kind_or_field_is_refused(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        KINDS.validate_python(given)
    assert reason in str(refused.value)
