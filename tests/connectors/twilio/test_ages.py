"""Texts and messages of the same words belong together by their ages, each to one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.twilio.ages import nearest

AGES = st.lists(st.integers(0, 1000), max_size=5, unique=True)


@pytest.mark.parametrize(
    ("messages", "texts", "of_first"),
    [
        ([10], [], None),
        ([10], [12], 0),
        ([10], [70, 12], 1),
        ([10, 60], [12], 0),
        ([10, 60], [58], None),
        ([60, 10], [58], 0),
        ([10, 60], [58, 12], 1),
        ([10, 60], [58, 57], 1),
        ([10, 60], [5000], None),
    ],
)
def test_the_text_nearest_in_age_is_the_messages(
    messages: list[int], texts: list[int], of_first: int | None
) -> None:
    assert nearest(messages, texts) == of_first


@given(AGES.filter(bool), AGES)
def test_as_many_messages_find_a_text_as_there_are_and_none_that_of_another(
    messages: list[int], texts: list[int]
) -> None:
    found = [
        nearest([mine, *(each for each in messages if each != mine)], texts) for mine in messages
    ]
    places = [place for place in found if place is not None]
    assert len(places) == len(set(places)) == min(len(messages), len(texts))
