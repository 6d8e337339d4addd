"""Call names: the one word by which colleagues know a member of staff or a mentor."""

from __future__ import annotations

LONGEST = 15  # characters, so that a text has room for it


def read_call_name(text: str) -> str:
    """Read a call name.

    Args:
        text: What the roster says.

    Returns:
        The word.

    Raises:
        ValueError: It is more than one word, holds no letter, or is too long for a text.
    """
    words = text.split()
    if len(words) != 1:
        raise ValueError(f"'{text[:30]}' is not one word; write what colleagues say, such as Sam")
    (word,) = words
    if len(word) > LONGEST:
        raise ValueError(f"'{word[:30]}' is longer than {LONGEST} characters")
    if not any(letter.isalpha() for letter in word):
        raise ValueError(f"'{word}' holds no letter")
    return word
