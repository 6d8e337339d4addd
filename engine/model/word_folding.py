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
    seen = "".join(
        character
        for character in unicodedata.normalize("NFKC", word)
        if unicodedata.category(character) not in {"Cf", "Cc"} or character.isspace()
    )
    return " ".join(seen.casefold().split())
