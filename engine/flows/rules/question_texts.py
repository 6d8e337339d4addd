"""The texts of question sets and messages, linted as every text that goes out."""

from __future__ import annotations

from engine.errors import Mistake
from engine.messaging.lint import lint
from engine.model.questions import ClientMessage, QuestionSet
from engine.rulebook.plans.plans import Plans


def refused_texts(plans: Plans) -> list[Mistake]:
    """Return the texts that must not go out to clients, each with its place and the reason."""
    every: list[QuestionSet | ClientMessage] = [
        *plans.questions.values(),
        *plans.messages.values(),
    ]
    return [
        Mistake(
            *one.places[language], f"the text in {language.capitalize()} {' and '.join(objections)}"
        )
        for one in every
        for language, text in one.text.items()
        if (objections := lint(text))
    ]
