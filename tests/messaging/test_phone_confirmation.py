"""A phone confirms by its code alone, denies in whole texts, and is asked three times at most."""

from __future__ import annotations

import pytest

from engine.messaging.phone_confirmation import PhoneQuestion, PhoneReply, next_question, read_reply
from tests.kit.times import NOON, hours


@pytest.mark.parametrize(
    "body",
    [
        "4821",
        " 4821. ",
        "Reply 4821",
        "4821 thanks!",
        "code is 4821",
        "yes 4821",
        "hola 4821 gracias",
    ],
)
def test_the_code_confirms_whatever_courtesies_stand_beside_it(body: str) -> None:
    assert read_reply(body, "4821") is PhoneReply.CONFIRMS


@pytest.mark.parametrize(
    "body",
    ["NO", "no.", "wrong number", "Sorry, you have the wrong number", "not me", "i don't know you",
     "I dont know who this is", "numero equivocado", "No soy yo"],
)  # fmt: skip
def test_a_stranger_denies_in_their_own_words(body: str) -> None:
    assert read_reply(body, "4821") is PhoneReply.DENIES


@pytest.mark.parametrize(
    "body",
    ["yes", "ok", "who is this?", "why do you text me 4821", "no 4821", "4822", "48210", "1 a",
     "4821 4821", "not 4821", "no problem", "what is 4821?", ""],
)  # fmt: skip
def test_anything_else_neither_confirms_nor_denies(body: str) -> None:
    assert read_reply(body, "4821") is PhoneReply.UNCLEAR


@pytest.mark.parametrize(
    ("asked", "since", "what"),
    [
        (0, 0, PhoneQuestion.ASK),
        (1, hours(3), PhoneQuestion.WAIT),
        (1, hours(4), PhoneQuestion.ASK),
        (2, hours(23), PhoneQuestion.WAIT),
        (2, hours(24), PhoneQuestion.ASK),
        (3, hours(3), PhoneQuestion.WAIT),
        (3, hours(4), PhoneQuestion.UNANSWERED),
    ],
)
def test_a_number_is_asked_after_four_hours_and_a_day_and_then_named(
    asked: int, since: int, what: PhoneQuestion
) -> None:
    assert next_question(asked, NOON - since, NOON) is what
