"""Texts to clients: questions that are answered in one text, such as `7 3 n`, and support."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from engine.model.agreement import TextLanguage


@dataclass(frozen=True, slots=True)
class Question:
    """One answer that is asked for: a whole number with bounds, or yes or no if it has none."""

    field: str
    bounds: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """What one text asks, in the order of its answers.

    `text` is the whole text by language; `place` is where it stands: file, line and column.
    """

    id: str
    text: Mapping[TextLanguage, str]
    questions: tuple[Question, ...]
    place: tuple[str, int, int] = ("", 0, 0)

    def words(self, language: TextLanguage) -> str:
        """Return the text in a language, or in English if it has no other."""
        return self.text.get(language) or self.text["english"]


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """Words that support a client; `text` and `place` as in a question set."""

    id: str
    text: Mapping[TextLanguage, str]
    place: tuple[str, int, int] = ("", 0, 0)

    def words(self, language: TextLanguage) -> str:
        """Return the text in a language, or in English if it has no other."""
        return self.text.get(language) or self.text["english"]


@dataclass(frozen=True, slots=True)
class Ask:
    """What a schedule asks by text, and when by the client's clock."""

    questions: QuestionSet
    at: time
