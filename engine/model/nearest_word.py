"""The known word that a wrong one probably means."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

# More words than this would hide the fault.
_MOST = 24
_SHORTEST = 3  # letters that can stand for a longer word


def nearest_word(word: str, known: Iterable[str], alike: float = 0.6) -> str | None:
    """Return the known word nearest to a wrong one, without regard to case.

    Args:
        word: The wrong word.
        known: The right words.
        alike: How alike the two must be, from 0 to 1, to be named.
    """
    by_small = {one.lower(): one for one in sorted(known, reverse=True)}
    found = get_close_matches(word.lower(), by_small, n=1, cutoff=alike)
    return by_small[found[0]] if found else None


def _begun_by(short: str, known: Iterable[str]) -> str | None:
    """Return the one known word that begins with a short one, such as wednesday of wed."""
    found = [one for one in known if one.lower().startswith(short.lower())]
    return found[0] if len(found) == 1 and len(short) >= _SHORTEST else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Complete a sentence about a wrong word: `; did you mean 'x'?`, or the known words.

    There is no guess rather than a bad one, and no list rather than a long one.
    """
    words = sorted(set(known))
    if near := nearest_word(word, words) or _begun_by(word, words):
        return f"; did you mean '{near}'?"
    return f"; known are {', '.join(words)}" if 0 < len(words) <= _MOST else ""
