"""Free words: compared without regard to case and invisible characters, and shown as written."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=10_000)
def fold(word: str) -> str:
    """Return a word in the form in which words are compared.

    Case, white space around it, repeated spaces and invisible characters make no difference: a soft
    hyphen, a zero-width space, a mark of the reading direction.
    """
    return " ".join(visible(word).casefold().split())


def visible(text: str) -> str:
    """Return a text without invisible characters, and each other one in its usual form (NFKC)."""
    return "".join(
        character
        for character in unicodedata.normalize("NFKC", text)
        if unicodedata.category(character) not in {"Cf", "Cc"} or character.isspace()
    )
