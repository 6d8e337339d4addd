"""A reply is understood however it is typed, and one that is not clear is not understood."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.messaging.danger_words import in_crisis
from engine.messaging.replies import Reply, read

ANY_TEXT = st.text(st.characters(), max_size=1600)


@pytest.mark.parametrize(
    "body",
    [
        "17 A", "17 a", "17a", "A17", "a 17", "ack 17", "Ack17", "accept 17", "17 ack", " 17   a ", "17\na", "17 a\x00",
        "'17 a'", '"17 A"', "“17 A”", "17 a 👍", "👍17a", "17 A.", "17-A", "17, a!", "#17 a", "１７ Ａ", "17 take it",

    ],
)  # fmt: skip
def test_taking_it_is_understood_however_it_is_typed(body: str) -> None:
    assert read(body) == Reply("accept", 17)


@pytest.mark.parametrize(
    ("body", "asks"),
    [
        ("17 p", "pass_on"), ("pass on 17", "pass_on"), ("17 D", "done"), ("done 17", "done"), ("F17", "false_alarm"),
        ("17 false alarm", "false_alarm"), ("17 s", "snooze"), ("snooze 17", "snooze"), ("17?", "ask"), ("w17", "ask"),
        ("17", "ask"), ("“17”", "ask"), ("17 what was this about?", "ask"),
    ],
)  # fmt: skip
def test_every_action_has_its_letter_and_its_word(body: str, asks: str) -> None:
    assert read(body) == Reply(asks, 17)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "asks"), [("a", "accept"), ("D!", "done"), ("?", "ask"), ("pass", "pass_on")]
)
def test_an_action_without_a_code_leaves_it_open_which_is_meant(body: str, asks: str) -> None:
    assert read(body) == Reply(asks)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "body",
    [
        "STOP",
        "stop",
        " Stop.",
        "STOPALL",
        "unsubscribe",
        "END",
        "quit",
        "Cancel",
        "revoke",
        "OptOut",
    ],
)
def test_the_words_by_which_carriers_opt_out(body: str) -> None:
    assert read(body) == Reply("stop")


def test_start_and_help_have_their_words_too() -> None:
    assert [read(body).asks for body in ("START", "unstop", "HELP", "info")] == [
        "start",
        "start",
        "help",
        "help",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "", " ", "\x00", "👍", "17 stop", "end it", "stop by at five", "cancel my visit",
        "17 a 18 d", "17 18 a", "a 17 d", "17 a d",
        "take 17 over", "Liked “Handrail: C-1042 needs you. Reply 17 A to take it, 17 P to pass on”", "17 а",
        "17 nope", "a+12025550117", "a 12025550117", "17th", "1.7 a", "9" * 5000, "x" * 1600, "нет",
    ],
)  # fmt: skip
def test_what_is_not_clear_is_not_understood(body: str) -> None:
    assert read(body) == Reply("other")


@given(ANY_TEXT)
def test_whatever_is_texted_is_read_and_no_code_is_made_up(body: str) -> None:
    found = read(body)
    in_crisis(body)
    if found.code is not None:
        (number,) = re.findall(r"\d+", unicodedata.normalize("NFKC", body))
        assert int(number) == found.code


@given(
    st.sampled_from("apdfs?w"),
    st.integers(0, 99_999),
    st.sampled_from(["", " ", "  ", "-", ". ", "'"]),
    st.booleans(),
)
def test_a_letter_and_a_code_are_understood_in_either_order(
    letter: str, code: int, between: str, first: bool
) -> None:
    body = f"{letter}{between}{code}" if first else f"{code}{between}{letter}"
    assert read(body).code == code
    assert read(body).asks != "other"


@pytest.mark.parametrize(
    "body",
    [
        "stop please", "Please stop!", "stop texting me", "STOP SENDING ME THESE", "quit texting",
        "don't text me anymore",
        "Do not message me again", "no more texts please", "take me off your list", "remove me", "leave me alone",
        "unsubscribe me", "I want to opt out", "opt me out", "alto", "no más mensajes", "por favor no me escriban más",
    ],
)  # fmt: skip
def test_whoever_asks_not_to_be_texted_in_other_words_is_understood_too(body: str) -> None:
    assert read(body) == Reply("stop")


@pytest.mark.parametrize(
    "body", ["help me", "Please help!", "I need help", "ayúdame por favor", "Ayuda"]
)
def test_help_is_asked_for_in_other_words_too(body: str) -> None:
    assert read(body) == Reply("help")


@pytest.mark.parametrize(
    "body",
    [
        "I want to die", "i wanna die", "I'm going to kill myself", "suicide", "thinking about SUICIDAL stuff",
        "I can’t go on", "I don't want to live", "better off dead", "i dont wanna be here anymore", "going to end it",
        "I think he overdosed", "over dose", "call 911", "988", "end it all", "ending my life", "I wish I was dead",
        "no reason to live", "I cut myself", "he od'd", "goodbye everyone", "i cannot do this any more", "unalive",
        "took a bunch of pills", "i took all my pills", "he is turning blue", "she wont wake up", "not breathing",
        "where can i get narcan", "im dying", "i have a gun", "im done with life", "tired of living", "its hopeless",
        "nothing left to live for", "they would be better off without me", "I am not safe here", "im gonna hurt him",
        "This is goodbye", "I don`t care if I die", "sucide", "no point in living", "by the time you read this",
        "quiero morir", "me quiero matar", "QUIERO MORIRME", "no quiero vivir más", "ya no puedo más", "sobredosis",
        "quitarme la vida", "adiós a todos", "no respira", "voy a hacerme daño", "no vale la pena vivir", "socorro",
        "me voy a matar", "acabar con todo", "estoy en peligro", "mejor muerta", "no despierta", "suicidarme",
    ],
)  # fmt: skip
def test_words_of_somebody_in_danger_are_noticed(body: str) -> None:
    assert in_crisis(body)


@pytest.mark.parametrize(
    "body",
    [
        "17 a", "see you tomorrow", "I can't come on Tuesday", "my code is 17", "good day", "", "that is odd",
        "I'm dying to see you", "got my hair cut", "running late, bus is blue", "took my meds",
        "took all my meds today",
        "lets hang out", "my phone died", "killing time before group", "ok goodbye", "I want to go home",
        "end of the day",
        "no quiero mas mensajes", "estoy muerta de cansancio", "me muero de risa", "gracias, adios", "ya voy",
    ],
)  # fmt: skip
def test_everyday_words_are_not_taken_for_danger(body: str) -> None:
    assert in_crisis(body) is None
