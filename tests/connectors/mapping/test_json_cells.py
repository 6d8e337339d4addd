"""The quick ways through JSON say what the careful ways say."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.fhir.fhir_form import FhirForm
from connectors.mapping import json_form
from connectors.mapping.json_form import JsonForm, read_json
from connectors.mapping.paths import cell_of, parse_path

NAMES = st.sampled_from(["a", "b", "value", "valueString", "valueCode", "coding", "reference"])
TEXTS = st.sampled_from(["", "x", "y", "0.080", "P/x", "x\0"])
VALUES = st.recursive(
    st.none() | st.booleans() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
PATHS = [
    "a", "value", "a.b", "a.value", "value.a.coding", "a[first]", "a.b[last].a", "a[b=x]",
    "a[b=x].value", "a.coding[a='']", "value[a.b=x].b", "a[b=x][first]", "a[last][value=y].b",
    "coding[value.reference=x].a", "a.coding[reference='P/x'].reference",
]  # fmt: skip


def told(read: Any, value: Any) -> Any:
    try:
        return read(value)
    except ValueError as error:
        return f"refused: {error}"


CELLS = [
    (form.row([parse_path(path)]), cell_of(form, parse_path(path)))
    for form in (JsonForm(), FhirForm())
    for path in PATHS
]


@given(VALUES)
@example({"value": None, "valueString": "x"})
@example({"a": ["x", "y"]})
@example({"a": [["x"], None]})
@example({"a": [{"b": "x\0", "value": "1"}, {"b": "x\0"}]})
@settings(max_examples=200, deadline=None)
def test_a_cell_says_all_that_its_path_finds(value: Any) -> None:
    for quick, careful in CELLS:
        with suppress(ValueError):
            assert quick(value) == [careful(value)]


def test_a_path_to_one_value_is_walked_the_quick_way() -> None:
    value = {"a": [{"b": "1", "value": "v"}, {"b": "2", "valueCode": "w"}], "valueString": "s"}
    paths = ["a[b=2].value", "a[first].b", "value", "a[b=3].value", "missing.b"]
    assert FhirForm().row(list(map(parse_path, paths)))(value) == ["w", "1", "s", "", ""]


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=1), inner),
    max_leaves=8,
), st.booleans(), st.text('{}[]":,\\u0 ', max_size=2), st.integers(0, 30))  # fmt: skip
@example({"a": "\x7f\u2028\x1f", "\U0001f600": '"\\/'}, True, "", 0)
@example("\ud83d", True, "", 0)
@settings(max_examples=100, deadline=None)
def test_json_is_read_or_refused_as_the_careful_way_does(
    value: Any, is_ascii: bool, more: str, at: int
) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii)
    data = (text[:at] + more + text[at:]).encode(errors="surrogatepass")
    assert told(read_json, data) == told(json_form._read_carefully, data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a\\u003a": 1, "a\\u003a": 1}',
        b'{"a": 1, "a": "b\\u003ac"}',
        b'{"a": "::", "a": ":"}',
        b'{"a" :1,"a" :2}',
    ],
)
def test_a_key_that_stands_twice_is_refused_however_it_is_written(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"twice in one object"):
        read_json(data)


@pytest.mark.parametrize("number", ["0.080", "-0", "1e400", "12345678901234567890123", "1.0E+2"])
def test_numbers_stay_as_they_are_written(number: str) -> None:
    assert read_json(f'{{"a": [{number}]}}'.encode()) == {"a": [number]}


@given(st.recursive(
    st.none() | st.booleans() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
))  # fmt: skip
@example([[{"\x7f\u2028\x1f\b": '\U0001f600"\\/', "é": ""}]])
def test_a_record_is_written_as_json_with_its_keys_in_order(value: Any) -> None:
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert JsonForm().written(value) == written


def test_a_record_that_goes_deep_is_read_and_written() -> None:
    data = b"[" * 300 + b"]" * 300
    assert JsonForm().written(read_json(data)) == data.decode()
