"""Bytes to records: the rows of a CSV file, where a fault in one row costs no other row."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from connectors.mapping.rows import Record

# A longer record has a quote that was never closed, and would swallow the rows after it. The limit
# is below the csv module's own limit of a cell.
LONGEST_RECORD = 65_536
SHOWN_NUL = "␀"  # stands for NUL in a quarantined row, because databases take none
LOST = "\ufffd"  # stands for a byte that the encoding does not know
TOO_LONG = f"is longer than {LONGEST_RECORD} characters"
_TEXT_FORMULA = re.compile(r'\s*="((?:[^"]|"")*)"\s*')
_OPEN_AT_THE_END = "unexpected end of data"  # the csv module's words


class Records(NamedTuple):
    """Records, and how many bytes and lines they take, empty lines included."""

    records: list[Record]
    size: int
    lines: int


def split_records(
    data: bytes, encoding: str, delimiter: str, width: int | None, final: bool
) -> Records:
    """Split `data` into records.

    A stray quote can run several lines together. Then only the first line is lost, and the lines
    after it are read again. Rows with nothing in any cell are skipped.

    Args:
        data: The bytes, from the beginning of a record.
        encoding: The file's encoding.
        delimiter: The character between cells.
        width: The number of cells that each record must have; None if it is not known.
        final: Whether nothing follows `data`. Otherwise a record that is still open at the end is
            left over.
    """
    lines, spoilt = _decode(data, encoding)
    if not (spoilt or b'"' in data):
        plain = _plain_records(lines, delimiter, width)
        if plain is not None:
            return Records(plain, len(data), len(lines))
    records: list[Record] = []
    start = 0
    while start < len(lines):
        base = start
        reader = csv.reader(
            map(lines.__getitem__, range(base, len(lines))), delimiter=delimiter, strict=True
        )
        while start < len(lines):
            cells: list[str] = []
            reason = None
            try:
                cells = next(reader)
            except csv.Error as error:
                if (
                    not final
                    and str(error) == _OPEN_AT_THE_END
                    and sum(map(len, lines[start:])) <= LONGEST_RECORD
                ):
                    left = data.split(b"\n", start)[start]
                    return Records(records, len(data) - len(left), start)
                reason = _told(error)
            end = base + reader.line_num
            text = lines[start] if end == start + 1 else "".join(lines[start:end])
            reason = reason or _fault(cells, text, width)
            if spoilt and not reason:
                reason = next((spoilt[line] for line in range(start, end) if line in spoilt), None)
            if reason:
                short = cells if width is not None and len(cells) < width else []
                records.append(Record(start, short, shown_text(lines[start]), reason))
                if end > start + 1:
                    start += 1
                    break
            elif any(cells):
                if '="' in text:
                    cells = list(map(_unwrapped, cells))
                records.append(Record(start, cells[:width], text.rstrip("\r\n"), None))
            start = end
    return Records(records, len(data), len(lines))


def _plain_records(lines: Sequence[str], delimiter: str, width: int | None) -> list[Record] | None:
    """Return the records of lines without quotes, each of which is one; None if a line is not."""
    records: list[Record] = []
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    for number, (cells, line) in enumerate(zip(rows, lines, strict=True)):
        fault = None
        if len(cells) != width or len(line) > LONGEST_RECORD:
            fault = _fault(cells, line, width)
        if fault:
            short = cells if width is not None and len(cells) < width else []
            records.append(Record(number, short, shown_text(line), fault))
        elif any(cells):
            records.append(Record(number, cells[:width], line.rstrip("\r\n"), None))
    return records


def _decode(data: bytes, encoding: str) -> tuple[Sequence[str], Mapping[int, str]]:
    """Return the lines, and the fault of each line with a bad byte or a NUL, by its number."""
    spoilt: dict[int, str] = {}
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        for number, line in enumerate(data.split(b"\n")):
            try:
                line.decode(encoding)
            except UnicodeDecodeError as error:
                spoilt[number] = f"holds the byte {line[error.start]:#04x}, which is not {encoding}"
        text = data.decode(encoding, "replace")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    if "\0" in text:
        spoilt |= {number: "holds a NUL byte" for number, line in enumerate(lines) if "\0" in line}
    # Only inside quotes does a line's end belong to a cell.
    return [line + "\n" for line in lines] if '"' in text else lines, spoilt


def _fault(cells: Sequence[str], text: str, width: int | None) -> str | None:
    if len(text) > LONGEST_RECORD:
        return TOO_LONG
    if width is None or len(cells) == width or not any(cells):
        return None
    # Some exports end every row with a delimiter too many.
    if len(cells) > width and not any(cells[width:]):
        return None
    return f"has {len(cells)} cells where the header has {width}"


def _told(error: csv.Error) -> str:
    if str(error) == _OPEN_AT_THE_END:
        return "opens a quote that is never closed"
    if "expected after" in str(error):
        return "goes on after a closing quote without a delimiter"
    if "new-line" in str(error):
        return "holds a carriage return in the middle"
    if "field larger" in str(error):
        return TOO_LONG
    return f"is not CSV: {error}"


def _unwrapped(cell: str) -> str:
    """Return the text of a cell that is a formula for a text, by which zeros are kept: ="00123"."""
    found = _TEXT_FORMULA.fullmatch(cell)
    return found[1].replace('""', '"') if found else cell


def shown_text(line: str) -> str:
    """Return a line as it is shown in quarantine."""
    return line.rstrip("\r\n").replace("\0", SHOWN_NUL)[: LONGEST_RECORD + 1]
