"""Printable texts: no character from outside reaches a terminal, page or file as a command."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

T = TypeVar("T")

# Control characters except tab and line feed, marks that turn the direction of writing, separators
# of lines and paragraphs, and halves of surrogate pairs, which no terminal can write.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)

_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"[+-][\d\s().,-]*")


def printable(text: str) -> str:
    r"""Return the text with each unsafe character written out, such as `\x1b` and `\u202e`."""
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def no_formula(text: str) -> str:
    """Return the text of a cell as a spreadsheet shows it, with an apostrophe before a formula.

    A spreadsheet runs what begins with a sign of a formula. Numbers and phone numbers stay as they
    are, because they may begin with + or -.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def printable_json(document: str) -> str:
    """Return a JSON document with the unsafe characters of its strings as JSON escapes.

    A reader gets the same values as before.
    """
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def with_printable_texts(value: T) -> T:
    """Return a value in which each text is printable.

    Args:
        value: A text, or a dataclass, tuple, list or mapping that holds texts at any depth.
    """
    return _printable_inside(value)


def _printable_inside(value: Any) -> Any:
    if type(value) is str:
        return printable(value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            one.name: _printable_inside(getattr(value, one.name))
            for one in fields(value)
            if one.init
        }
        return replace(value, **changed)
    if type(value) in {tuple, list}:
        return type(value)(map(_printable_inside, value))
    if type(value) is dict:
        return {name: _printable_inside(each) for name, each in value.items()}
    return value
