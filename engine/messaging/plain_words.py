"""Texts as they are compared with phrases: words alone, however they were typed."""

from __future__ import annotations

import re
import unicodedata

TOKEN = re.compile(r"[^\W\d_]+|\d+|\?")
_APOSTROPHES = str.maketrans("", "", "'’‘`´ʼ")


def tokens(body: str) -> list[str]:
    """The words, the numbers and the question marks of a text, in small letters."""
    return TOKEN.findall(unicodedata.normalize("NFKC", body).casefold())


def plain(body: str) -> str:
    """The words in small letters without accents, apostrophes and signs, one space between them."""
    folded = unicodedata.normalize("NFKC", body).casefold().translate(_APOSTROPHES)
    without = (
        one for one in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(one)
    )
    return " ".join(TOKEN.findall("".join(without)))


def phrases(lines: str) -> re.Pattern[str]:
    """A pattern that finds any of these, one or several a line, as whole words of a plain text."""
    return re.compile("|".join(rf"\b(?:{line})\b" for line in lines.split("\n") if line))
