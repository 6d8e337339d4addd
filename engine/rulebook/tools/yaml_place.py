"""Where a cursor stands in a YAML file that is still being typed.

The usual parser refuses a file that is not whole, so this reads the text before the cursor. It
reads block mappings and sequences by their indentation, and flow ones by their brackets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ITEM = "- "  # the key of an item of a sequence
_WORD = re.compile(r"[\w.-]*$")
_KEY = re.compile(r"([\w.-]+):(?:\s|$)")


@dataclass(slots=True)
class Level:
    """A key of the path to the cursor, and the keys and plain values of its mapping so far."""

    key: str
    beside: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """The path to the cursor, from the root.

    `at_value` says that a value belongs here, and else a key. `beside` are the keys that the
    mapping at the cursor has so far, and `typed` is the word as far as it is typed.
    """

    levels: tuple[Level, ...]
    at_value: bool
    beside: dict[str, str | None]
    typed: str


class _Reader:
    """The levels that are open, each with the column at which it began; a flow level has none."""

    def __init__(self) -> None:
        self.open: list[tuple[int, Level]] = []
        self.maps: list[tuple[int, dict[str, str | None]]] = []
        self.prose = -1  # the indentation of a key whose value is a block of text
        self.at_value = False
        self.flow = ""  # the part of the last value that is typed

    def line(self, text: str, *, last: bool) -> bool:
        """Read a line; return False if the cursor stands where nothing is completed."""
        content = text.strip()
        indent = len(text) - len(text.lstrip(" "))
        if self.prose >= 0 and (not content or indent > self.prose):
            return not last
        self.prose = -1
        if not content and not last:
            return True
        if content.startswith("#"):
            return not last
        column = indent
        rest = text[indent:]
        self.at_value = False
        while rest.startswith("- ") or rest == "-":
            self._close(column, item=True)
            self.open.append((column, Level(ITEM)))
            step = len(rest) - len(rest[1:].lstrip(" ")) if rest[1:].strip() else 2
            column, rest = column + step, rest[step:]
        found = _KEY.match(rest)
        if found is None:
            if not rest.startswith(("{", "[")):
                self._close(column)
            return self._flow(rest, last=last)
        self._close(column)
        key, value = found[1], rest[found.end() :].strip()
        self._key(column, key, value)
        self.at_value = True
        if value[:1] in {"|", ">"}:
            self.prose = indent
            return not last
        return self._flow(value, last=last)

    def here(self) -> dict[str, str | None]:
        """Return the keys of the mapping that the cursor stands in."""
        column = self.open[-1][0] if self.open else -1
        inside = [keys for at, keys in self.maps if at > column]
        return inside[-1] if inside else {}

    def _close(self, column: int, *, item: bool = False) -> None:
        """Leave what ends at this column; a sequence may stand at the column of its key."""
        while self.open and (
            self.open[-1][0] > column
            or (self.open[-1][0] == column and (not item or self.open[-1][1].key == ITEM))
        ):
            self.open.pop()
        self.maps = [
            one for one in self.maps if one[0] <= column and not (item and one[0] > column)
        ]
        if item:
            self.maps = [one for one in self.maps if one[0] <= column]

    def _key(self, column: int, key: str, value: str) -> None:
        keys = next((keys for at, keys in self.maps if at == column), None)
        if keys is None:
            keys = {}
            self.maps.append((column, keys))
        keys[key] = value if re.fullmatch(r"[\w .-]+", value) else None
        self.open.append((column, Level(key, keys)))

    def _flow(self, text: str, *, last: bool) -> bool:
        if last:
            self.flow = text
        return True


def place_at(before: str) -> Place | None:
    """Return where the cursor stands, given all that stands before it.

    Returns:
        None inside a comment, a quoted text or a block of text, where nothing is completed.
    """
    lines = _joined(before.split("\n"))
    reader = _Reader()
    for text in lines[:-1]:
        reader.line(text, last=False)
    if not reader.line(lines[-1], last=True):
        return None
    levels = [level for _, level in reader.open]
    return _in_flow(levels, reader.here(), reader.flow, at_value=reader.at_value)


def _joined(lines: list[str]) -> list[str]:
    """Return the lines, those that a bracket holds together as one."""
    joined: list[str] = []
    depth = 0
    for text in lines:
        plain = re.sub(r"\"[^\"]*\"|'[^']*'| #.*$", "", text)
        if depth > 0:
            joined[-1] += f" {text.strip()}" if text.strip() else " "
        else:
            joined.append(text)
        depth = max(
            0, depth + plain.count("{") + plain.count("[") - plain.count("}") - plain.count("]")
        )
    return joined


def _in_flow(
    levels: list[Level], beside: dict[str, str | None], text: str, *, at_value: bool
) -> Place | None:
    """Go on through the brackets of the last value."""
    typed = _WORD.search(text)
    assert typed is not None
    brackets = _Brackets()
    for sign in text:
        brackets.take(sign)
    if brackets.quote:
        return None
    if not brackets.open:
        return Place(tuple(levels), at_value, beside, typed[0])
    *outer, inner = brackets.open
    path = (*levels, *(one.level() for one in outer))
    if inner.sign == "[" or inner.key is not None:
        return Place((*path, inner.level()), True, {}, typed[0])
    return Place(path, False, inner.beside, typed[0])


@dataclass(slots=True)
class _Bracket:
    """An open bracket, the keys and values in it so far, and the key whose value is being typed."""

    sign: str
    beside: dict[str, str | None] = field(default_factory=dict)
    key: str | None = None

    def level(self) -> Level:
        return Level(ITEM) if self.sign == "[" else Level(self.key or "", self.beside)


class _Brackets:
    """Reads brackets, quotes, commas and colons, sign by sign."""

    def __init__(self) -> None:
        self.open: list[_Bracket] = []
        self.quote = ""
        self._word = ""

    def take(self, sign: str) -> None:
        if self.quote:
            self.quote = "" if sign == self.quote else self.quote
        elif sign in "'\"" and not self._word.strip():
            self.quote = sign
        elif sign in "{[":
            self.open.append(_Bracket(sign))
            self._word = ""
        elif sign in "}]," and self.open:
            self._end(sign)
        elif sign == ":" and self.open and self.open[-1].sign == "{":
            self.open[-1].key = self._word.strip()
            self.open[-1].beside[self._word.strip()] = None
            self._word = ""
        else:
            self._word += sign

    def _end(self, sign: str) -> None:
        """End a value, and its bracket if that closes."""
        inner = self.open[-1]
        if inner.key and self._word.strip():
            inner.beside[inner.key] = self._word.strip()
        if sign == ",":
            inner.key = None
        else:
            self.open.pop()
        self._word = ""
