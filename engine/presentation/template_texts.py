"""The texts of a template, found by its markup, so that a catalog can put others in their place."""

from __future__ import annotations

import re
from collections.abc import Callable

_CODE = r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}"
_TAG = rf'</?[a-zA-Z!](?:"(?:{_CODE}|[^"])*"|{_CODE}|[^>"])*>'
# A sentence runs on over these marks, but over no other.
_IN_SENTENCE = r"\{\{.*?\}\}|</?(?:strong|em|code)>"
_BREAK = re.compile(rf"(?!{_IN_SENTENCE})({_CODE}|{_TAG})", re.DOTALL)
_ATTRIBUTE = re.compile(
    r"(?<=\s)(aria-label|placeholder|title|alt|data-label|data-failed|data-working|data-empty)"
    r'="((?:\{\{.*?\}\}|[^"{])*)"',
    re.DOTALL,
)
_MARK = re.compile(r"(</?(?:strong|em|code)>)")
_NO_TEXT = re.compile(rf"{_IN_SENTENCE}|&\w+;", re.DOTALL)


def with_texts(source: str, translate: Callable[[str], str]) -> str:
    """Return a template with another text in the place of each text.

    A text is a run of words between the tags and the statements of a template. It keeps its
    expressions and its `<strong>`, `<em>` and `<code>`. An attribute that people read is one too.

    Args:
        source: The template.
        translate: Gives the other text. It gets a text in one line.
    """
    pieces = _BREAK.split(source)
    # Every second piece stands between two texts.
    for at, piece in enumerate(pieces):
        if at % 2 == 0:
            pieces[at] = _translated(piece, translate)
        elif piece.startswith("<"):
            pieces[at] = _ATTRIBUTE.sub(
                lambda found: f'{found[1]}="{_translated(found[2], translate)}"', piece
            )
    return "".join(pieces)


def _translated(piece: str, translate: Callable[[str], str]) -> str:
    """Translate a text, but leave the spaces around it."""
    text = piece.strip()
    marks = _MARK.findall(text)
    if marks[::2] != [mark.replace("/", "") for mark in marks[1::2]] or len(marks) % 2:
        # A statement stands between the two ends of a mark, so each part is a text.
        parts = _MARK.split(piece)
        return "".join(
            part if at % 2 else _translated(part, translate) for at, part in enumerate(parts)
        )
    if not any(letter.isalpha() for letter in _NO_TEXT.sub("", text)) or '="' in text:
        return piece
    start = piece.index(text)
    return piece[:start] + translate(" ".join(text.split())) + piece[start + len(text) :]
