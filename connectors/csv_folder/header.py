"""The header of a CSV file: its column names, and whether a mapping finds its columns there."""

from __future__ import annotations

from typing import NamedTuple

from connectors.csv_folder.records import LONGEST_RECORD, split_records
from connectors.csv_folder.settings import CsvFileMapping
from connectors.mapping.rows import named_columns, refusal
from engine.model.intake import WHOLE, Reject

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class NoHeaderYet(Exception):  # noqa: N818 - it is no error
    """The file does not reach to the end of its header."""


class RefusedError(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, reject: Reject) -> None:
        super().__init__(reject.reason)
        self.reject = reject


class Header(NamedTuple):
    """The column names, and how many bytes and lines the file has up to the header's end."""

    columns: tuple[str, ...]
    size: int
    lines: int


def read_header(data: bytes, mapping: CsvFileMapping, final: bool) -> Header:
    """Read the header at the beginning of a file.

    Args:
        data: The first bytes of the file.
        mapping: Names the columns that must be there.
        final: Whether the file is finished, so that nothing follows `data`.

    Raises:
        RefusedError: The mapping does not fit the header.
        NoHeaderYet: The header is not complete yet, or nothing follows it.
    """
    if data.startswith(_UTF_16):
        raise RefusedError(Reject(WHOLE, "the file is UTF-16; save it as CSV UTF-8", ""))
    marked = (
        len(_BYTE_ORDER_MARK)
        if mapping.encoding == "utf-8" and data.startswith(_BYTE_ORDER_MARK)
        else 0
    )
    end = marked
    while (end := data.find(b"\n", end) + 1) and end <= LONGEST_RECORD:
        # A name may hold a line end inside quotes. One more line is tried until the header is
        # whole.
        if header := _header(data[marked:end], mapping, final=False):
            return header._replace(size=end)
    if final or len(data) > LONGEST_RECORD:
        _header(data[marked : LONGEST_RECORD + 1], mapping, final=True)
    raise NoHeaderYet


def _header(data: bytes, mapping: CsvFileMapping, final: bool) -> Header | None:
    records, _, lines = split_records(data, mapping.encoding, mapping.delimiter, None, final)
    if not records:
        return None
    first = records[0]
    columns = named_columns(mapping, first.cells)
    reason = f"the header {first.reason}" if first.reason else refusal(mapping, columns)
    if reason:
        raise RefusedError(Reject(WHOLE, reason, first.text))
    return Header(columns, len(data), lines)
