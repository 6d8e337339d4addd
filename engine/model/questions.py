"""Texts to clients: questions that are answered in one text, such as `7 3 n`, and support."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from engine.model.agreement import TextLanguage
from engine.model.duration import Duration
from engine.model.instant import DAY_US

# File, line and column.
Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Question:
    """One answer that is asked for: a whole number with bounds, or yes or no if it has none."""

    field: str
    bounds: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Scoring:
    """How the answers to a set score an instrument.

    Attributes:
        instrument: The instrument, such as `phq9`; each question is an item of it.
        total: The item under which the sum of this set's answers is recorded; None for no sum.
        running_total: The same for the sum of these answers and those to the sets before it.
        danger: The items at which any answer above 0 goes to a person at once.
    """

    instrument: str
    total: str | None = None
    running_total: str | None = None
    danger: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NextQuestions:
    """The set that is asked next, by its id, if the answers sum up to `at_least`."""

    questions: str
    at_least: int = 0


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """What one text asks, in the order of its answers.

    `text` is the whole text by language, and `places` says where each stands. Without `scoring` the
    answers fill fields of a check-in.
    """

    id: str
    text: Mapping[TextLanguage, str]
    questions: tuple[Question, ...]
    places: Mapping[TextLanguage, Place] = field(default_factory=dict)
    scoring: Scoring | None = None
    then: NextQuestions | None = None

    def words(self, language: TextLanguage) -> str:
        """Return the text in a language, or in English if it has no other."""
        return self.text.get(language) or self.text["english"]


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """Words that support a client; `text` and `places` as in a question set."""

    id: str
    text: Mapping[TextLanguage, str]
    places: Mapping[TextLanguage, Place] = field(default_factory=dict)

    def words(self, language: TextLanguage) -> str:
        """Return the text in a language, or in English if it has no other."""
        return self.text.get(language) or self.text["english"]


@dataclass(frozen=True, slots=True)
class EducationSeries:
    """Messages that supporters who agreed to them get one after the other.

    Attributes:
        every: How long after one message the next one goes.
    """

    id: str
    title: str
    messages: tuple[ClientMessage, ...]
    every: Duration = 7 * DAY_US


@dataclass(frozen=True, slots=True)
class Notice:
    """Words ahead of what is due: at a time of its day, or `before` it."""

    message: ClientMessage
    at: time | None = None
    before: Duration = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """What a schedule asks by text, and when by the client's clock.

    A client who has not answered after `remind_after` is asked once more; None: never.
    """

    questions: QuestionSet
    at: time
    remind_after: Duration | None = None
