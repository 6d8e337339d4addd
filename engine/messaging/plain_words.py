"""Texts as they are compared with phrases: words alone, however they were typed."""

from __future__ import annotations

import re
import unicodedata

TOKEN = re.compile(r"[^\W\d_]+|\d+|\?")
_APOSTROPHES = str.maketrans("", "", "'’‘`´ʼ")


def plain(body: str) -> str:
    """Return the words of a text in small letters, without accents, apostrophes and signs.

    Args:
        body: A text as it was typed.

    Returns:
        Words, numbers and question marks with one space between them.
    """
    return " ".join(TOKEN.findall(folded(body)))


def folded(body: str) -> str:
    """Return a text in small letters, without accents and apostrophes, but with its signs.

    Args:
        body: A text as it was typed.
    """
    text = unicodedata.normalize("NFKC", body).casefold().translate(_APOSTROPHES)
    return "".join(
        one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one)
    )


def without_courtesies(body: str) -> str:
    """Return the words of a text as `plain` does, without those that only make it polite.

    Args:
        body: A text as it was typed.
    """
    return " ".join(_COURTESIES.sub(" ", plain(body)).split())


def phrases(lines: str) -> re.Pattern[str]:
    """Compile phrases into a pattern that finds any of them as whole words of a plain text.

    Args:
        lines: Regular expressions, one or several a line with `|` between them. A line that begins
            with two spaces goes on with the line before.

    Returns:
        The pattern; it matches texts that `plain` returned.
    """
    joined = lines.replace("\n  ", "")
    return re.compile("|".join(rf"\b(?:{line})\b" for line in joined.split("\n") if line))


_COURTESIES = phrases("please|pls|plz|por favor|porfa|thanks|thank you|gracias|now|ya mismo")
