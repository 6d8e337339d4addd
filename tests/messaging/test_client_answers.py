"""Clients' answers are read without doubt or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.messaging.client_answers import AnswersSort, read_answers
from engine.messaging.client_replies import again, answered, missing, reminder
from engine.messaging.lint import lint
from engine.model.agreement import LANGUAGES, TextLanguage
from engine.model.questions import Question

QUESTIONS = (Question("craving", (0, 10)), Question("mood", (0, 10)), Question("used"))
# As two-weeks and two-weeks-more of the shipped plans ask.
TWO, SEVEN = (
    tuple(Question(f"item{n}", (0, 3)) for n in items) for items in ((1, 2), range(3, 10))
)


class Labelled(NamedTuple):
    language: TextLanguage
    questions: tuple[Question, ...]
    given: str
    text: str
    label: str


def labelled() -> list[Labelled]:
    found: list[Labelled] = []
    language: TextLanguage = "english"
    questions = QUESTIONS
    for line in (Path(__file__).parent / "client_answers.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            language = "spanish" if "spanish" in line else "english"
            questions = SEVEN if "seven" in line else TWO if "two" in line else QUESTIONS
            continue
        said, _, label = line.rpartition(" => ")
        before, _, text = said.rpartition(" || ")
        found.append(Labelled(language, questions, before, text.replace("\\n", "\n"), label))
    return found


def values(words: str) -> tuple[int | bool, ...]:
    return tuple(word == "y" if word in {"y", "n"} else int(word) for word in words.split())


def shown(one: Labelled) -> str:
    read = read_answers(one.text, one.questions, values(one.given), one.language)
    if read.sort in {AnswersSort.UNCLEAR, AnswersSort.WORDS}:
        return "-" if read.sort == AnswersSort.UNCLEAR else "words"
    words = ["n" if one is False else "y" if one is True else str(one) for one in read.answers]
    if read.sort == AnswersSort.PARTIAL:
        words.append("..")
    return " ".join([*words, *(["+"] if read.more_words else [])])


@pytest.mark.parametrize("one", labelled(), ids=lambda one: f"{one.given}|{one.text}")
def test_a_text_is_read_as_a_person_reads_it(one: Labelled) -> None:
    assert shown(one) == one.label


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(labelled()) >= 260


@given(
    st.tuples(st.integers(0, 10), st.integers(0, 10), st.booleans()),
    st.sampled_from([" ", ", ", "\n", " | ", "; ", " - "]),
)
def test_any_answers_are_read_back_however_they_are_divided(
    answers: tuple[int, int, bool], between: str
) -> None:
    text = between.join([str(answers[0]), str(answers[1]), "y" if answers[2] else "n"])
    read = read_answers(text, QUESTIONS)
    assert (read.sort, read.answers) == (AnswersSort.COMPLETE, answers)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_reply_may_be_sent(language: TextLanguage) -> None:
    replies = [answered(language)]
    replies += [
        reply(number, language) for reply in (missing, again, reminder) for number in (1, 5)
    ]
    assert [(reply, lint(reply)) for reply in replies if lint(reply)] == []
