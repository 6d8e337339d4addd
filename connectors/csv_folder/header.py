"""The header of a CSV file: its column names, and whether a mapping finds its columns there."""

from __future__ import annotations

import re
from typing import NamedTuple

from connectors.csv_folder.records import LONGEST_RECORD, split_records
from connectors.csv_folder.settings import CsvFileMapping
from connectors.mapping.rows import named_columns, refusal
from engine.model.intake import WHOLE, Reject

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# How files begin that are no CSV, whatever their names say.
_OTHER_KINDS = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save it as CSV UTF-8"),
    (b"%PDF", "a PDF; export it as CSV UTF-8"),
)
_PAGE = "a web page, such as a log-in or an error page; look at what downloads it"
_WEB_PAGE = re.compile(rb"\s*<(?:!doctype|html|head|\?xml|script)", re.IGNORECASE)
_DELIMITER_LINE = re.compile(rb"\"?sep=[^\r\n]{1,4}\"?\r?\n", re.IGNORECASE)


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
        raise RefusedError(
            Reject(WHOLE, "the file is UTF-16; leave encoding: out of its mapping", "")
        )
    for beginning, kind in _OTHER_KINDS:
        if data.startswith(beginning):
            raise RefusedError(Reject(WHOLE, f"the file is {kind}", ""))
    marked = (
        len(_BYTE_ORDER_MARK)
        if mapping.text_encoding == "utf-8" and data.startswith(_BYTE_ORDER_MARK)
        else 0
    )
    if _WEB_PAGE.match(data, marked):
        raise RefusedError(Reject(WHOLE, f"the file is {_PAGE}", ""))
    # A line that only names the delimiter, as Excel writes it, is no header.
    said = _DELIMITER_LINE.match(data, marked)
    begin = end = said.end() if said else marked
    for _ in range(mapping.skip_lines):
        begin = end = data.find(b"\n", begin) + 1
        if not begin and final:
            reason = f"the file ends before the header that skip_lines: {mapping.skip_lines} says"
            raise RefusedError(Reject(WHOLE, reason, ""))
        if not begin:
            raise NoHeaderYet
    while (end := data.find(b"\n", end) + 1) and end <= begin + LONGEST_RECORD:
        # A name may hold a line end inside quotes. One more line is tried until the header is
        # whole.
        if header := _header(data[begin:end], mapping, final=False):
            return header._replace(size=end, lines=header.lines + bool(said) + mapping.skip_lines)
    if final or len(data) > LONGEST_RECORD:
        _header(data[begin : LONGEST_RECORD + 1], mapping, final=True)
    raise NoHeaderYet


def _header(data: bytes, mapping: CsvFileMapping, final: bool) -> Header | None:
    records, _, lines = split_records(data, mapping.text_encoding, mapping.delimiter, None, final)
    if not records:
        return None
    first = records[0]
    columns = named_columns(mapping, first.cells)
    reason = f"the header {first.reason}" if first.reason else refusal(mapping, columns)
    if reason:
        raise RefusedError(Reject(WHOLE, reason, first.text))
    return Header(columns, len(data), lines)
