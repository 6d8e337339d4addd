"""Words of rules and of records are compared without regard to case and invisible characters."""

from __future__ import annotations

import pytest

from engine.measures.comparison import Comparison, Operator

OPIOIDS = [
    "opioids",
    "Opioids",
    "OPIOIDS",
    " opioids ",
    "opi\u00adoids",
    "opioids\u200b",
    "ｏｐｉｏｉｄｓ",
]


@pytest.mark.parametrize("value", OPIOIDS)
@pytest.mark.parametrize("operand", OPIOIDS)
def test_a_word_is_the_same_however_it_is_written(value: str, operand: str) -> None:
    assert Comparison("is", operand).holds(value)
    assert not Comparison("is_not", operand).holds(value)
    assert Comparison("one_of", ("alcohol", operand)).holds(value)
    assert not Comparison("none_of", ("alcohol", operand)).holds(value)


@pytest.mark.parametrize("operator", ["is", "one_of"])
def test_a_list_holds_a_word_however_it_is_written(operator: Operator) -> None:
    operand = ("FENTANYL",) if operator == "one_of" else "FENTANYL"
    assert Comparison(operator, operand).holds(("alcohol", "Fentanyl"))
    assert not Comparison(operator, operand).holds(("alcohol", "Fentanil"))


def test_several_words_are_compared_with_one_space_between_them() -> None:
    assert Comparison("is", "North\u00a0 House").holds("north house")


def test_a_word_is_never_a_number() -> None:
    assert not Comparison("is", "7").holds(7)
    assert Comparison("is", 7).holds(7)
