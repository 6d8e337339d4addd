"""The words of calls: nothing of a client, because an answering machine may keep them."""

from __future__ import annotations

from enum import StrEnum

from engine.model.alert import Act

# The keys of a phone that act, as the words of a call name them.
KEYS = {"1": Act.TAKE, "2": Act.PASS}
_KEYS = "Press 1 to take it, or 2 to pass it on."


class SpokenAnswer(StrEnum):
    """The answer to a key, as the call says it."""

    YOURS = "Thank you. It is yours. The text on your phone says more. Goodbye."
    PASSED_ON = "It goes to the next person. Goodbye."
    TAKEN = "Another person has taken it. You need do nothing. Goodbye."
    CLOSED = "It is closed. You need do nothing. Goodbye."
    NOT_YOURS = "It is not with you any more. You need do nothing. Goodbye."


def call_words(*, drill: bool) -> str:
    """Ask a person on the phone to take an urgent alert, or an exercise.

    Args:
        drill: Whether it is an exercise.
    """
    if drill:
        return (
            "This is Handrail, and this is a drill. No client needs you. "
            f"Answer as if it were urgent. {_KEYS}"
        )
    return f"This is Handrail. An urgent alert needs you. {_KEYS}"
