"""The texts of question sets, linted as every text that goes out."""

from __future__ import annotations

from engine.errors import Mistake
from engine.messaging.lint import lint
from engine.rulebook.plans.plans import Plans


def refused_texts(plans: Plans) -> list[Mistake]:
    """Return the texts that must not go out to clients, each with its place and the reason."""
    return [
        Mistake(*one.place, f"the text in {language.capitalize()} {' and '.join(objections)}")
        for one in plans.questions.values()
        for language, text in one.text.items()
        if (objections := lint(text))
    ]
