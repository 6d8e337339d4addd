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
    folded = unicodedata.normalize("NFKC", body).casefold().translate(_APOSTROPHES)
    without = (
        one for one in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(one)
    )
    return " ".join(TOKEN.findall("".join(without)))


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
