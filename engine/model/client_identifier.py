"""Numbers by which other systems know a client; each is written as its system and its value."""

from __future__ import annotations

import re

# A system of identifiers, such as mrn.
SYSTEM_PATTERN = r"^[a-z0-9_-]{1,20}$"
_SYSTEM = re.compile(SYSTEM_PATTERN)


def identifier_ref(system: str, value: str) -> str:
    """Return how a client is named by a number of another system: mrn:12345."""
    return f"{system}:{value}"


def read_system(text: str) -> str:
    """Read the word for a system.

    Raises:
        ValueError: It is no such word.
    """
    word = text.lower()
    if not _SYSTEM.match(word):
        raise ValueError(
            f"'{text[:20]}' is no word for a system; write up to 20 small letters, digits, - and _"
        )
    return word
