"""Paths lead into JSON, and one that is none is refused with the reason."""

from __future__ import annotations

import pytest

from connectors.mapping.json_form import JsonForm, read_json
from connectors.mapping.paths import Equals, Step, parse_path

RECORD = read_json("""
{"code": {"coding": [{"system": "http://loinc.org", "code": "19295-5"},
                     {"system": "urn:local", "code": "OPI"}]},
 "value": 0.080, "ok": true, "none": null, "tags": ["a", ["b", "c"]],
 "item": [{"linkId": "/44260-8", "answer": 2}, {"linkId": "x.y", "answer": 1e3}],
 "Date of birth": "1980", "a.b": "dotted"}
""")


def found(path: str) -> list[str]:
    form = JsonForm()
    return [form.text(each) for each in form.find(parse_path(path))(RECORD)]


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("value", ["0.080"]),
        ("ok", ["yes"]),
        ("none", []),
        ("missing.further", []),
        ("code.coding.code", ["19295-5", "OPI"]),
        ("code.coding[system=http://loinc.org].code", ["19295-5"]),
        ("code.coding[system='urn:local'].code", ["OPI"]),
        ("code[coding.code=OPI].coding[first].system", ["http://loinc.org"]),
        ("code.coding[last].code", ["OPI"]),
        ("item[linkId=/44260-8].answer", ["2"]),
        ("item[linkId=x.y].answer", ["1e3"]),
        ("tags", ["a", "b", "c"]),
        ("Date of birth", ["1980"]),
        ("`a.b`", ["dotted"]),
    ],
)
def test_a_path_finds_what_stands_there(path: str, texts: list[str]) -> None:
    assert found(path) == texts


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("code..x", "a name is missing before '.x'"),
        ("code.", "a name is missing at its end"),
        ("code[system=x", "a bracket is not closed"),
        ("code[0]", r"such as \[system=phone\], or first or last; not \[0\]"),
        ("code]x", "']x' cannot stand there"),
    ],
)
def test_what_is_no_path_is_refused(path: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_path(path)


def test_hl7_places_are_paths_too() -> None:
    assert parse_path("PID.3[5=MR].1") == (
        Step("PID"),
        Step("3", (Equals((Step("5"),), "MR"),)),
        Step("1"),
    )


def test_an_object_is_no_single_value() -> None:
    with pytest.raises(ValueError, match="name one of its keys: coding"):
        found("code")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"a": 1, "a": 2}', "names the key 'a' twice"),
        (b"{", r"is not JSON: .* \(line 1, column 2\)"),
        (b"[NaN]", "NaN is no number"),
        (b'"\\ud800"', "half of a character"),
        (b'"\xff"', "is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_json(data)
