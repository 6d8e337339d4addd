"""HL7 v2 messages: segments, fields, repetitions, components and subcomponents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_NAME = r"[A-Z][A-Z0-9]{2}"
_SEGMENT_NAME = re.compile(_NAME)
# Headers of messages and of files and batches of messages say themselves how they are separated.
_HEADERS = frozenset({"MSH", "FHS", "BHS"})
_USUAL = frozenset({"OBX", "NTE", "OBR", "PID"})  # most segments, whose names need no look
_SHOWN = 20  # characters of a line that an error quotes
# The explicit null: the receiver is to forget the value.
NULL = '""'


class Delimiters(NamedTuple):
    """The characters by which one message separates its parts, as MSH-1 and MSH-2 give them."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"


class Segment:
    """One line of a message; everything below its fields is split only when it is asked for."""

    __slots__ = ("by", "fields", "written")

    def __init__(self, fields: list[str], by: Delimiters, written: str) -> None:
        """Keep a segment's raw `fields`, and the segment as `written` on one line.

        The segment's name stands at place 0, so that field 3 stands at place 3 also in MSH.
        """
        self.fields, self.by, self.written = fields, by, written

    @property
    def name(self) -> str:
        """The segment's three letters, such as OBX."""
        return self.fields[0]

    def raw(self, field: int) -> str:
        """Return a field as written; "" if the segment ends before it."""
        return self.fields[field] if field < len(self.fields) else ""

    def plain(self, field: int, component: int) -> str | None:
        """Return a component, if the field has one repetition and no escapes; None otherwise.

        Most fields are so, and most of the time goes into reading them.
        """
        fields = self.fields
        if field >= len(fields):
            return ""
        if field < 3 and self._is_delimiters(field):
            return None
        raw, by = fields[field], self.by
        if by.repetition in raw or by.escape in raw or '"' in raw:
            return None
        if by.component not in raw:
            return raw if component == 1 else ""
        parts = raw.split(by.component, component)
        return parts[component - 1] if component <= len(parts) else ""

    def repetitions(self, field: int) -> list[Repetition]:
        """Return a field's repetitions; none if the field is empty or null."""
        text = self.raw(field)
        if not text or text == NULL:
            return []
        if self._is_delimiters(field):
            return [Repetition(text, Delimiters("\0", "\0", "\0", "\0", "\0"))]
        return [Repetition(each, self.by) for each in text.split(self.by.repetition)]

    def text(self, field: int, component: int = 1, subcomponent: int = 1) -> str:
        """Return a part of a field's first repetition without its escapes; "" if it has none."""
        plain = self.plain(field, component)
        if plain is not None and self.by.subcomponent not in plain:
            return plain if subcomponent == 1 else ""
        found = self.repetitions(field)
        return found[0].text(component, subcomponent) if found else ""

    def _is_delimiters(self, field: int) -> bool:
        return field in {1, 2} and self.name in _HEADERS


class Repetition(NamedTuple):
    """One of a field's values."""

    raw: str
    by: Delimiters

    def text(self, component: int | None = None, subcomponent: int | None = None) -> str:
        """Return a part of it without escapes; "" if there is none, or a null.

        Args:
            component: Counted from 1; None for the whole as written, but for its escapes.
            subcomponent: Counted from 1 inside the component; None for the whole component.
        """
        found = self.raw
        if component is not None:
            found = _part(found, self.by.component, component)
            if subcomponent is not None:
                found = _part(found, self.by.subcomponent, subcomponent)
        if found == NULL:
            return ""
        return unescape(found, self.by) if self.by.escape in found else found


def _part(text: str, separator: str, number: int) -> str:
    if separator not in text:
        return text if number == 1 else ""
    parts = text.split(separator)
    return parts[number - 1] if number <= len(parts) else ""


class Message:
    """A message, which begins with its segment MSH."""

    __slots__ = ("segments",)

    def __init__(self, segments: list[Segment]) -> None:
        """Keep the segments in their order; the first one is MSH."""
        self.segments = segments

    @property
    def header(self) -> Segment:
        """The segment MSH."""
        return self.segments[0]

    @property
    def kind(self) -> str:
        """The message's code and trigger event, such as ORU^R01."""
        code, trigger = self.header.text(9), self.header.text(9, 2)
        return f"{code}^{trigger}" if trigger else code

    @property
    def control_id(self) -> str:
        """The sender's number of this sending (MSH-10); a repeated sending may have another."""
        return self.header.text(10)

    def named(self, name: str) -> Iterator[Segment]:
        """Yield the segments of this name."""
        return (segment for segment in self.segments if segment.fields[0] == name)


def read_message(text: str) -> Message:
    """Read one message, whose segments end in a carriage return, a line feed or both.

    If segments end in carriage returns, a lone line feed belongs to a text.

    Raises:
        ValueError: It is no message; the reason names the segment and the field.
    """
    text = text.removeprefix("\ufeff").strip("\r\n\x0b\x1c")
    if not text.startswith("MSH"):
        raise ValueError(f"does not begin with MSH, but with {_shown(text)}")
    if "\0" in text:
        raise ValueError(f"{_place(text, text.index(chr(0)))} holds a NUL character")
    by = read_delimiters(text)
    segments = []
    for number, line in enumerate(_lines(text, by), 1):
        fields = line.split(by.field)
        if fields[0] not in _USUAL:
            if not line or line.isspace():
                continue
            _check_name(fields[0], line, number, by)
        segments.append(Segment(fields, by, line))
    message = Message(segments)
    message.header.fields.insert(1, by.field)
    if not message.header.text(9):
        raise ValueError("MSH-9 is empty, so the type of the message is not known")
    return message


def read_delimiters(text: str) -> Delimiters:
    """Return the delimiters that a header segment gives.

    Raises:
        ValueError: It gives too few, or one twice.
    """
    name, separator = text[:3], text[3:4]
    if not separator or separator.isalnum() or separator.isspace():
        raise ValueError(f"{name}-1 must be the character between fields, such as |")
    encoding = re.split(f"[{re.escape(separator)}\r\n]", text[4:], maxsplit=1)[0]
    # Some senders stop after the components; the standard's characters serve for the others.
    by = Delimiters(separator, *encoding[:4])
    if not encoding or len(set(by)) < len(by) or any(each.isalnum() for each in by):
        raise ValueError(
            f"{name}-2 must give different characters, such as ^~\\&, not '{encoding}'"
        )
    return by


def _lines(text: str, by: Delimiters) -> list[str]:
    """Return the segments of a message; a line feed in one is written as its escape."""
    text = text.replace("\r\n", "\r")
    if "\r" not in text:
        return text.split("\n")
    if "\n" not in text:
        return text.split("\r")
    text = re.sub(rf"\n(?={_NAME}{re.escape(by.field)})", "\r", text)
    return text.replace("\n", f"{by.escape}.br{by.escape}").split("\r")


def _check_name(name: str, line: str, number: int, by: Delimiters) -> None:
    if not _SEGMENT_NAME.fullmatch(name):
        raise ValueError(
            f"segment {number} is no segment: it must begin with three letters and "
            f"'{by.field}', and begins with {_shown(line)}"
        )
    if name == "MSH" and number > 1:
        raise ValueError(f"segment {number} is a second MSH, so two messages run together")


def _place(text: str, at: int) -> str:
    """Return the segment and field at a place of a message, such as OBX-5 (segment 4)."""
    before = re.split(r"\r\n|\r|\n", text[:at])
    name, separator = before[-1][:3], text[3:4]
    number = before[-1].count(separator) + (name in _HEADERS)
    return f"{name}-{number} (segment {len(before)})"


def decode(data: bytes, encoding: str) -> str:
    """Return the text of a message.

    Raises:
        ValueError: A byte is not of the encoding; the reason names its segment and field.
    """
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        text = data[: error.start].decode(encoding, "replace").removeprefix("\ufeff")
        raise ValueError(
            f"{_place(text, len(text))} holds the byte {data[error.start]:#04x}, "
            f"which is not {encoding}"
        ) from None


def _shown(text: str) -> str:
    line = re.split(r"[\r\n]", text, maxsplit=1)[0]
    return f"'{line[:_SHOWN]}'" if line else "nothing"


def unescape(text: str, by: Delimiters) -> str:
    """Return a text with its escapes resolved; an unknown escape stays as written."""
    known = {
        "F": by.field, "S": by.component, "T": by.subcomponent, "R": by.repetition,
        "E": by.escape, "P": "#", "H": "", "N": "", ".br": "\n", ".sp": "\n",
    }  # fmt: skip
    pieces = text.split(by.escape)
    found, place = [pieces[0]], 1
    while place < len(pieces):
        code = pieces[place]
        meant = known.get(code)
        if meant is None and code[:1] == "X":
            meant = _hexadecimal(code[1:])
        if meant is None or place + 1 == len(pieces):
            found.append(by.escape + code)
            place += 1
        else:
            found += [meant, pieces[place + 1]]
            place += 2
    return "".join(found)


def _hexadecimal(digits: str) -> str | None:
    """Return the characters of an escape of bytes; None if they are none that a text holds."""
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        return None
    if not data or 0 in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
