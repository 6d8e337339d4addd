"""Ids, refs and the names of columns as they are compared, and what a spreadsheet made of them."""

from __future__ import annotations

import re

from connectors.mapping.paths import refuse_several
from engine.model.word_folding import visible

# Hyphens and dashes of other kinds, which word processors put in the place of "-".
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_SHORTENED = re.compile(r"-?\d(?:[.,]\d+)?E\+\d{2,3}")
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|NUM!|DIV/0!|NULL!|#+)")
_WHOLE_FRACTION = re.compile(r"(\d+)\.0+")


def plain_identifier(text: str) -> str:
    """Return an id, a ref or the name of a column without what cannot be seen.

    Characters without a shape are left out; spaces and hyphens of other kinds become plain ones.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    shown = visible(text).translate(_DASHES)
    return "".join(" " if each.isspace() else each for each in shown).strip()


def read_identifier(text: str) -> str:
    """Return an id or a ref of a cell as it is compared; 9001.0 is 9001.

    Raises:
        ValueError: It is several values. Or a spreadsheet wrote a shortened number or an error in
            its place: one such text stands for many ids, so a row would replace another one.
    """
    if not text.isprintable():
        refuse_several(text)
    text = plain_identifier(text)
    if not text or text[0] == "#" or "E+" in text or ".0" in text:
        _refuse_shortened(text)
        if found := _WHOLE_FRACTION.fullmatch(text):
            return found[1]
    return text


def _refuse_shortened(text: str) -> None:
    if _SHORTENED.fullmatch(text):
        raise ValueError(
            f"'{text}' is a long number that a spreadsheet has shortened; export it again, "
            "with this column as text"
        )
    if _ERROR.fullmatch(text):
        raise ValueError(f"'{text}' is what a spreadsheet writes where it shows no value")
