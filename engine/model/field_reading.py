"""Read a field's value from text, or from a constant of a mapping."""

from __future__ import annotations

import re

from engine.model.event import Value
from engine.model.event_kinds import Field
from engine.model.word_folding import fold

# A constant in a mapping, in place of a cell: one word, or several for a list.
Constant = str | tuple[str, ...]

LONGEST_WORD = 200
_LARGEST_NUMBER = 2**53  # beyond it, not every whole number has a float of its own
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_FLAGS = {
    "yes": True,
    "y": True,
    "true": True,
    "1": True,
    "no": False,
    "n": False,
    "false": False,
    "0": False,
}


def read_value(field: Field, text: str) -> Value:
    """Read a field's value from text that is not empty.

    Case makes no difference to choices and flags. A list is one word here; free text stays as it
    is.

    Raises:
        ValueError: The text is no value of the field; the message says why.
    """
    if field.type == "number":
        return _number(field, text)
    if field.type == "flag":
        return read_flag(text)
    if field.type == "choice":
        return _choice(field, text)
    if field.type == "text":
        return text
    return (_word(text),) if field.type == "list" else _word(text)


def constant_value(field: Field, constant: Constant) -> Value:
    """Read a field's value from a constant of a mapping.

    Raises:
        ValueError: The constant is no value of the field; the message says why.
    """
    if isinstance(constant, tuple):
        if field.type != "list":
            raise ValueError("a list of words can stand only in a field that is a list")
        return tuple(sorted({_word(word) for word in constant}))
    return read_value(field, constant)


def constant_text(constant: Constant) -> str:
    """Return the constant as one text."""
    return constant if isinstance(constant, str) else "; ".join(constant)


def read_number(text: str) -> float:
    """Read a number, as an int if it is whole, so that 16 and 16.0 are one value.

    Raises:
        ValueError: The text is no number, or its size makes no sense.
    """
    if not text.isascii():
        text = fold(text).replace("−", "-")
    if not _NUMBER.fullmatch(text) or abs(number := float(text)) > _LARGEST_NUMBER:
        raise ValueError(f"'{text}' is not a number")
    return int(number) if number.is_integer() else number


def read_flag(text: str) -> bool:
    """Read yes or no.

    Raises:
        ValueError: The text is neither.
    """
    flag = _FLAGS.get(text.lower())
    if flag is None:
        raise ValueError(f"'{text}' is neither yes nor no")
    return flag


def _number(field: Field, text: str) -> float:
    number = read_number(text)
    if field.low is not None and number < field.low:
        raise ValueError(f"{text} is less than {field.low:g}")
    if field.high is not None and number > field.high:
        raise ValueError(f"{text} is more than {field.high:g}")
    return number


def _choice(field: Field, text: str) -> str:
    wanted = fold(text)
    for choice in field.choices:
        if fold(choice) == wanted:
            return choice
    raise ValueError(f"'{text}' is not one of {', '.join(field.choices)}")


def _word(text: str) -> str:
    if len(text) > LONGEST_WORD:
        raise ValueError(f"'{text[:20]}…' is longer than {LONGEST_WORD} characters")
    return text
