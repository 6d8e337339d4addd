"""An answer is read however it is typed, and one that is not clear changes nothing."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.messaging.client_words import language_of, read_client_text
from engine.messaging.danger_words import in_crisis
from engine.messaging.replies import Asks, Reply, read
from engine.messaging.reply_parts import OpenAlert
from engine.model.alert import Act
from tests.messaging.reading_tables import (
    Reading,
    StaffAnswer,
    client_texts,
    staff_answers,
)

ANY_TEXT = st.text(st.characters(), max_size=1600)
ONE = [OpenAlert(1, "C-1031")]
SEVERAL = [*ONE, OpenAlert(2, "C-1042", urgent=True), OpenAlert(3, "C-1064")]
WORDS = {
    Act.TAKE: "take",
    Act.PASS: "pass",
    Act.DONE: "done",
    Act.FALSE_ALARM: "false",
    Act.SNOOZE: "snooze",
}
ExpectedAndFound = tuple[tuple[Reading, ...], tuple[Reading, ...]]
NOT_UNDERSTOOD = (Reading("not-understood"),)


def reading(text: str, known: list[OpenAlert]) -> tuple[Reading, ...]:
    """How a text of staff is read, in the words of the table."""
    reply = read(text, known)
    if reply.asks is not Asks.REACTION and in_crisis(text):
        return (Reading("danger"),)
    if reply.acts:
        asked = "confirm-" if reply.asks is Asks.CONFIRM else ""
        return tuple(Reading(asked + WORDS[act], code) for act, code in reply.acts)
    named = {"not_understood": "not-understood", "reaction": "ignore-reaction"}
    return (Reading(named.get(reply.asks, reply.asks.value), reply.code),)


def both(row: StaffAnswer) -> list[ExpectedAndFound]:
    """The (expected, actual) readings, first with one alert open, then with several."""
    return [(row.one, reading(row.text, ONE)), (row.several, reading(row.text, SEVERAL))]


@pytest.fixture(scope="module")
def answers() -> list[tuple[str, ExpectedAndFound]]:
    """Each answer of staff in the table, twice: with one alert open, and with several."""
    return [(row.text, readings) for row in staff_answers() for readings in both(row)]


def test_no_answer_of_the_table_does_what_was_not_asked(
    answers: list[tuple[str, ExpectedAndFound]],
) -> None:
    wrong = [
        (text, expected, found)
        for text, (expected, found) in answers
        if found != expected and any(one.changes_something for one in found)
    ]
    assert wrong == []


def test_nine_in_ten_answers_that_ask_something_are_read_as_they_are_meant(
    answers: list[tuple[str, ExpectedAndFound]],
) -> None:
    asking = [expected == found for _, (expected, found) in answers if expected != NOT_UNDERSTOOD]
    assert len(asking) > 300
    assert sum(asking) / len(asking) >= 0.99


def test_every_text_of_a_client_in_the_table_is_read_as_what_it_is() -> None:
    wrong = [
        (row.text, row.label, read_client_text(row.text).sort.value)
        for row in client_texts()
        if read_client_text(row.text).sort.value != row.label
    ]
    assert wrong == []


@given(st.sampled_from(["d", "D", "d.", "done", "f", "F!", "false alarm"]))
def test_an_urgent_alert_is_never_closed_without_its_code(body: str) -> None:
    urgent = [OpenAlert(4, "C-1042", urgent=True)]
    assert read(body, urgent).asks is Asks.CONFIRM


@given(st.sampled_from(["s", "4 s", "S4", "snooze 4", "4 a, 5 s", "later 4"]))
def test_an_urgent_alert_never_waits_without_a_question(body: str) -> None:
    urgent = [OpenAlert(4, "C-1042", urgent=True), OpenAlert(5, "C-1064", urgent=True)]
    known = urgent if "5" in body else urgent[:1]
    assert read(body, known).asks is Asks.CONFIRM


def test_what_the_sender_has_taken_cannot_be_meant_by_taking_it() -> None:
    known = [OpenAlert(1, "C-1031", taken=True), OpenAlert(2, "C-1042")]
    assert read("on it", known) == Reply(Asks.ACT, ((Act.TAKE, 2),))


def test_a_closed_alert_can_be_named_by_its_code_alone() -> None:
    known = [OpenAlert(1, "C-1031", closed=True), OpenAlert(2, "C-1042")]
    assert read("1 a", known) == Reply(Asks.ACT, ((Act.TAKE, 1),))
    assert read("a", known) == Reply(Asks.ACT, ((Act.TAKE, 2),))


@given(ANY_TEXT)
def test_any_text_is_read_and_no_code_is_made_up(body: str) -> None:
    found = read(body, SEVERAL)
    in_crisis(body)
    read_client_text(body)
    digits = re.findall(r"\d+", unicodedata.normalize("NFKC", body))
    spoken = any(word in body.casefold() for word in ("one", "two", "three", "un", "dos", "tres"))
    for code in [code for _, code in found.acts] + ([found.code] if found.code else []):
        assert spoken or "all" in body.casefold() or code in {int(number) for number in digits}


@given(
    st.sampled_from("apdfs?w"),
    st.sampled_from([1, 2, 3]),
    st.sampled_from(["", " ", "  ", "-", ". ", "'"]),
    st.booleans(),
)
def test_a_letter_and_a_code_are_understood_in_either_order(
    letter: str, code: int, between: str, first: bool
) -> None:
    body = f"{letter}{between}{code}" if first else f"{code}{between}{letter}"
    reply = read(body, SEVERAL)
    assert [code for _, code in reply.acts] + [reply.code] in ([code, None], [code])
    lets_an_urgent_one_wait = (letter, code) == ("s", 2)
    assert reply.asks in ({Asks.CONFIRM} if lets_an_urgent_one_wait else {Asks.ACT, Asks.ASK})


@pytest.mark.parametrize(
    "body",
    [
        "I want to die", "i wanna die", "I'm going to kill myself", "suicide",
        "thinking about SUICIDAL stuff",
        "I can’t go on", "I don't want to live", "better off dead", "i dont wanna be here anymore",
        "going to end it",
        "I think he overdosed", "over dose", "call 911", "988", "end it all", "ending my life",
        "I wish I was dead",
        "no reason to live", "I cut myself", "he od'd", "goodbye everyone",
        "i cannot do this any more", "unalive",
        "took a bunch of pills", "i took all my pills", "he is turning blue", "she wont wake up",
        "not breathing",
        "where can i get narcan", "im dying", "i have a gun", "im done with life",
        "tired of living", "its hopeless",
        "nothing left to live for", "they would be better off without me", "I am not safe here",
        "im gonna hurt him",
        "This is goodbye", "I don`t care if I die", "sucide", "no point in living",
        "by the time you read this",
        "quiero morir", "me quiero matar", "QUIERO MORIRME", "no quiero vivir más",
        "ya no puedo más", "sobredosis",
        "quitarme la vida", "adiós a todos", "no respira", "voy a hacerme daño",
        "no vale la pena vivir", "socorro",
        "me voy a matar", "acabar con todo", "estoy en peligro", "mejor muerta", "no despierta",
        "suicidarme",
    ],
)  # fmt: skip
def test_words_of_a_client_in_danger_are_noticed(body: str) -> None:
    assert in_crisis(body)


@pytest.mark.parametrize(
    "texts",
    [
        ["hello", "i just want to", "die"],
        ["i took all my", "pills"],
        ["(1/2) so tired, i dont want to li", "(2/2) ve anymore"],
        ["ya no quiero", "seguir"],
        ["he is", "not breathing"],
    ],
)
def test_words_of_danger_are_noticed_across_the_texts_of_one_sentence(texts: list[str]) -> None:
    *earlier, last = texts
    assert in_crisis(last, earlier)


@pytest.mark.parametrize(
    "texts",
    [
        ["i want to die", "thanks for calling"],  # the first text raised the alarm already
        ["i took all my", "stuff to the laundry"],
        ["do you want to", "call at noon"],
    ],
)
def test_what_follows_in_another_text_is_no_danger_by_itself(texts: list[str]) -> None:
    *earlier, last = texts
    assert in_crisis(last, earlier) is None


@pytest.mark.parametrize(
    "body",
    [
        "17 a", "see you tomorrow", "I can't come on Tuesday", "my code is 17", "good day", "",
        "that is odd",
        "I'm dying to see you", "got my hair cut", "running late, bus is blue", "took my meds",
        "took all my meds today",
        "lets hang out", "my phone died", "killing time before group", "ok goodbye",
        "I want to go home",
        "end of the day",
        "no quiero mas mensajes", "estoy muerta de cansancio", "me muero de risa", "gracias, adios",
        "ya voy",
    ],
)  # fmt: skip
def test_everyday_words_are_not_taken_for_danger(body: str) -> None:
    assert in_crisis(body) is None


@pytest.mark.parametrize(
    "body",
    ["can u call me", "call me", "text me back", "meet me", "me too", "no one cares about me"],
)
def test_words_that_both_languages_have_do_not_make_a_text_spanish(body: str) -> None:
    assert language_of(body) == "english"


@pytest.mark.parametrize("body", ["llámenme porfa", "como estas", "me siento sola", "no puedo ir"])
def test_a_short_text_in_spanish_is_spanish(body: str) -> None:
    assert language_of(body) == "spanish"
