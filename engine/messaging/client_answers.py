"""A client's answers to the questions of one text: understood without doubt, or not at all.

Nothing is guessed. `7.5`, `73n` or `7 3 no wait 4` is no answer, because a wrong number would be
worse than asking again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from engine.messaging.plain_words import folded
from engine.model.agreement import TextLanguage
from engine.model.questions import Question

Answer = int | bool
_NUMBERS: Mapping[str, int] = {
    word: number
    for words in (
        "zero one two three four five six seven eight nine ten",
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez",
    )
    for number, word in enumerate(words.split())
}
_YES = frozenset(["y", "yes", "yeah", "yep", "yup", "s", "si", "sip"])
_NO = frozenset(["n", "no", "nope", "nah"])
_FILLER: Mapping[TextLanguage, frozenset[str]] = {
    "english": frozenset(["and", "then"]),
    "spanish": frozenset(["y", "e"]),
}
_POLITE = frozenset(
    [
        "please",
        "thanks",
        "thank",
        "you",
        "ty",
        "gracias",
        "hi",
        "hello",
        "hola",
        "ok",
        "okay",
        "por",
        "favor",
    ]
)
# `7/10` is a 7. A point, a sign or a comma inside a number is none of ours, except a comma that
# divides.
_OF_TEN = re.compile(r"(?<![\d.])(\d{1,2}) ?/ ?10(?!\d)")
_TOKEN = re.compile(r"\d+(?:\.\d+)*%?|[^\W\d_]+|(?<!\w)[-+~]\d+|[?]")


class AnswersSort(StrEnum):
    """How much of a question a text answers."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    UNCLEAR = "unclear"  # nothing but numbers and the like, which fit no answer
    WORDS = "words"  # it says something else, which a person reads


class ReadAnswers(NamedTuple):
    """The answers so far, and whether words follow them that a person should read."""

    sort: AnswersSort
    answers: tuple[Answer, ...] = ()
    more_words: bool = False


def read_answers(
    body: str,
    questions: Sequence[Question],
    given: Sequence[Answer] = (),
    language: TextLanguage = "english",
) -> ReadAnswers:
    """Read a text as answers.

    Args:
        body: The text as it came in.
        questions: All that was asked, in order.
        given: The answers of earlier texts, to the first questions.
        language: The language in which was asked.

    Returns:
        The answers with those given before. A text that answers everything takes their place.
    """
    tokens = _tokens(body)
    whole = _read(tokens, questions, language)
    if whole.sort == AnswersSort.COMPLETE:
        return whole
    read = _read(tokens, questions[len(given) :], language) if given else whole
    if read.sort in {AnswersSort.COMPLETE, AnswersSort.PARTIAL}:
        return read._replace(answers=(*given, *read.answers))
    return read


def _tokens(body: str) -> list[str]:
    tokens = _TOKEN.findall(_OF_TEN.sub(r" \1 ", folded(body)))
    return [one for one in tokens if one not in _POLITE]


def _read(
    tokens: Sequence[str], questions: Sequence[Question], language: TextLanguage
) -> ReadAnswers:
    found: list[Answer] = []
    for place, token in enumerate(tokens):
        if len(found) == len(questions):
            rest = tokens[place:]
            clear = not any(_is_answer(one) for one in rest)
            sort = AnswersSort.COMPLETE if clear else AnswersSort.UNCLEAR
            return ReadAnswers(sort, tuple(found), more_words=True)
        question = questions[len(found)]
        if token == question.field or (
            token in _FILLER[language] and found and place + 1 < len(tokens)
        ):
            continue
        answer = _answer(token, question, language)
        if answer is None:
            only_numbers = all(_is_answer(one) for one in tokens)
            return ReadAnswers(AnswersSort.UNCLEAR if only_numbers else AnswersSort.WORDS)
        found.append(answer)
    if len(found) == len(questions):
        return ReadAnswers(AnswersSort.COMPLETE, tuple(found))
    return ReadAnswers(AnswersSort.PARTIAL if found else AnswersSort.WORDS, tuple(found))


def _answer(token: str, question: Question, language: TextLanguage) -> Answer | None:
    if question.bounds is None:
        # In Spanish a bare y is `and`.
        if token in _YES and not (token == "y" and language == "spanish"):
            return True
        return False if token in _NO else None
    number = int(token) if re.fullmatch("[0-9]{1,3}", token) else _NUMBERS.get(token)
    low, high = question.bounds
    return number if number is not None and low <= number <= high else None


def _is_answer(token: str) -> bool:
    return any(one.isdigit() for one in token) or token in _NUMBERS or token in _YES or token in _NO
