"""The lint finds each forbidden word in a text, among any other words."""

from __future__ import annotations

import pytest

from engine.messaging.lint import SEGMENT, in_gsm_7, lint, septets


def test_plain_words_pass() -> None:
    assert lint("Handrail: C-1042 needs you (missed check-ins). See: handrail why 17") == []


def test_the_words_that_replies_will_be_asked_for_in_pass() -> None:
    assert (
        lint("Reply 17 A to take it, 17 P to pass on, 17 D when done, 17 F if a false alarm.") == []
    )


def test_a_text_fills_one_segment_and_no_more() -> None:
    assert lint("x" * SEGMENT) == []
    assert lint("x" * (SEGMENT + 1)) == ["is 161 characters long; one SMS has room for 160"]


def test_a_character_of_the_extension_table_takes_two_places() -> None:
    assert septets("a€[") == 5
    assert lint("€" * 80) == []
    assert lint("€" * 80 + "x")


@pytest.mark.parametrize(
    "foreign", ["’", "“", "ё", "🙂", "–", "`", "\n", "\r", "\x00", "\x1b", "ç", "\u200b"]
)
def test_a_character_outside_plain_sms_is_refused(foreign: str) -> None:
    assert lint(f"someone{foreign}needs you")


@pytest.mark.parametrize(
    "words",
    [
        "heroin",
        "FENTANYL",
        "opioids",
        "alcohol",
        "a drug-test",
        "three tests missed",
        "positive",
        "no urine sample",
        "methadone dose",
        "MAT-1042",
        "OUD17",
        "missed AA",
        "relapse risk",
        "return to use",
        "used yesterday",
        "in recovery",
        "her therapist",
        "treatment",
        "high cravings",
        "low mood",
        "(sober)",
        "drug court",
        "alcoholism.",
        "suicidal",
        "thoughts of death",
        "PHQ-9 above ten",
    ],
)
def test_a_word_that_reveals_something_is_refused(words: str) -> None:
    assert any("reveal" in objection for objection in lint(f"C-1 needs you ({words})"))


@pytest.mark.parametrize(
    "harmless",
    [
        "latest matter",
        "a chair",
        "because",
        "contested",
        "a thousand",
        "goods",
        "national",
        "rehearsal",
    ],
)
def test_a_harmless_word_that_contains_one_of_them_passes(harmless: str) -> None:
    assert lint(harmless) == []


@pytest.mark.parametrize(
    "asked", ["Reply YES", "reply stop", "17 end when done", "Text 17 help", "HELP", "send INFO"]
)
def test_asking_for_a_word_that_carriers_take_is_refused(asked: str) -> None:
    assert any("carriers" in objection for objection in lint(asked))


def test_a_carriers_word_in_plain_speech_passes() -> None:
    assert lint("asked for help at the end of the week") == []


def test_everything_wrong_is_said_at_once() -> None:
    assert len(lint("Reply YES, he’s on heroin" + " x" * SEGMENT)) == 4


@pytest.mark.parametrize(
    ("ref", "spelt"),
    [
        ("C-Zoë", "C-Zoe"),
        ("C-1042", "C-1042"),
        ("Łucja’s", "Lucja's"),
        ("Ćirić 7", "Ciric 7"),
        ("Ñandú", "Ñandu"),
        ("Зоя", ""),
        ("Зоя-7", ""),
        ("🙂", ""),
    ],
)
def test_a_ref_is_spelt_in_the_characters_that_plain_sms_has(ref: str, spelt: str) -> None:
    assert in_gsm_7(ref) == spelt
    assert not any("which plain SMS has not" in wrong for wrong in lint(in_gsm_7(ref)))
