"""A sheet of an Excel workbook, read as if it had been saved as CSV UTF-8."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime, time
from io import StringIO
from typing import Any, BinaryIO
from zipfile import BadZipFile

from connectors.csv_folder.packed import UnpackError
from connectors.csv_folder.settings import CsvFileMapping

# openpyxl has no error of its own for a file that is no workbook inside.
_DAMAGED = (ArithmeticError, AttributeError, BadZipFile, EOFError, LookupError, OSError,
            SyntaxError, TypeError, ValueError)  # fmt: skip


class Workbook:
    """The rows of one sheet, a line each; it goes back to its beginning alone."""

    def __init__(self, stream: BinaryIO, mapping: CsvFileMapping) -> None:
        """Open a workbook.

        Raises:
            UnpackError: openpyxl is missing, or the file or the sheet.
        """
        try:
            from openpyxl import load_workbook  # noqa: PLC0415 - an extra
        except ImportError:
            raise UnpackError(
                "is an Excel workbook; save it as CSV UTF-8, or install Handrail with workbooks: "
                "pip install 'handrail[workbooks]'"
            ) from None
        try:
            book = load_workbook(stream, read_only=True, data_only=True)
        except _DAMAGED:
            raise UnpackError("is an Excel workbook that cannot be read") from None
        name = mapping.sheet or book.sheetnames[0]
        if name not in book.sheetnames:
            there = ", ".join(book.sheetnames)
            raise UnpackError(f"is an Excel workbook without a sheet '{name}'; it has {there}")
        self._sheet, self._delimiter = book[name], mapping.delimiter
        self._begin()

    def _begin(self) -> None:
        self._lines = self._written()
        self._read = b""

    def read(self, size: int, /) -> bytes:
        """Read so many bytes; fewer only at the end.

        Raises:
            UnpackError: The sheet is damaged.
        """
        try:
            while len(self._read) < size and (line := next(self._lines, None)) is not None:
                self._read += line
        except _DAMAGED:
            raise UnpackError("is an Excel workbook that cannot be read") from None
        found, self._read = self._read[:size], self._read[size:]
        return found

    def seek(self, offset: int, /) -> int:
        """Go back to the beginning."""
        assert offset == 0
        self._begin()
        return 0

    def _written(self) -> Iterator[bytes]:
        buffer = StringIO()
        writer = csv.writer(buffer, delimiter=self._delimiter, lineterminator="\n")
        width = 0
        for row in self._sheet.iter_rows(values_only=True):
            cells = list(map(_text, row))
            while cells and not cells[-1]:
                cells.pop()
            width = max(width, len(cells))
            # A row ends with its last filled cell, and not with the header's.
            writer.writerow(cells + [""] * (width - len(cells)))
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        whole_day = value.time() == time()
        return value.date().isoformat() if whole_day else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
