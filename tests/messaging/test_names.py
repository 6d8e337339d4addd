"""A ref or alias that looks like a person's name is found."""

from __future__ import annotations

import pytest

from engine.messaging.names import looks_like_name


@pytest.mark.parametrize("ref", ["Dana Smith", "Zoe", "Smith, Dana", "José", "Anne-Marie Dubois"])
def test_a_ref_that_is_a_name_is_found(ref: str) -> None:
    assert looks_like_name(ref)


@pytest.mark.parametrize("ref", ["C-1042", "ABC", "client-7", "X", "C-Zoë-3", "42", "IOP"])
def test_a_code_is_no_name(ref: str) -> None:
    assert not looks_like_name(ref)


def test_an_alias_may_be_one_word_and_not_a_whole_name() -> None:
    assert not looks_like_name("Robin", alias=True)
    assert looks_like_name("Robin Miller", alias=True)
