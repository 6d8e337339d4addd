"""No text from outside gives a terminal an order, and none is lost."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.printable import no_formula, printable, printable_json, with_printable_texts


def is_safe(text: str) -> bool:
    return all(
        character in "\n\t"
        or (
            unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
            and unicodedata.bidirectional(character)
            not in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        )
        for character in text
    )


@given(st.text(st.characters()))
def test_what_is_printed_holds_no_control_character_and_no_turn_of_direction(text: str) -> None:
    assert is_safe(printable(text))
    written = printable_json(json.dumps({"note": text}, ensure_ascii=False))
    assert is_safe(written)
    assert json.loads(written) == {"note": text}


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=40))
def test_letters_of_every_language_stay_as_they_are(text: str) -> None:
    assert printable(text) == text


def test_an_unsafe_character_is_written_out() -> None:
    assert printable("\x1b[2Jhi\u202eevil\x07\x9b") == r"\x1b[2Jhi\u202eevil\x07\x9b"


@dataclass(frozen=True)
class Nested:
    name: str
    parts: tuple[str, ...]
    by_name: dict[str, list[str]]
    number: int


def test_texts_are_found_at_any_depth() -> None:
    nested = Nested("a\x1b", ("b\x07", "c"), {"d": ["e\u202e"]}, 7)
    assert with_printable_texts((nested, None)) == (
        Nested(r"a\x1b", (r"b\x07", "c"), {"d": [r"e\u202e"]}, 7),
        None,
    )


@pytest.mark.parametrize(
    "text", ["=HYPERLINK(1)", " =1+1", "@SUM(1)", "+cmd|x", "-1+cmd", "＝1", "\t=1"]
)
def test_no_cell_of_a_csv_file_is_a_formula(text: str) -> None:
    assert no_formula(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["+12025550101", "-7.5", "-", "C-1", "a=b", "+1 (202) 555-0101", ""]
)
def test_numbers_and_phones_stay_as_they_are(text: str) -> None:
    assert no_formula(text) == text
