"""The columns of a sample file: dates, numbers, or a few words."""

from __future__ import annotations

import csv
import re
from codecs import getincrementaldecoder
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from connectors.csv_folder.packed import UnpackError, open_csv
from connectors.csv_folder.settings import CsvFileMapping
from connectors.regular_files import open_regular
from engine.errors import UserError
from engine.model.field_reading import read_number
from engine.model.word_folding import fold

_LOOKED_AT = 1 << 18  # bytes
_ROWS = 500
# How files begin that are no CSV: HL7 with its delimiters, and JSON.
_HL7 = re.compile(r"(MSH|FHS|BHS)([^A-Za-z0-9,;\t\r\n])[^A-Za-z0-9]{3,5}\2")
_JSON = re.compile(r"\s*[\[{]\s*[\[{\"\]}]")
_FEW_WORDS = 12
_FEW_NUMBERS = 4  # so few numbers may be codes
# Dates as exports write them; "" is ISO 8601. The day may stand first or second.
_FORMATS = ("", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M",
            "%d.%m.%Y", "%d.%m.%Y %H:%M", "%Y%m%d", "%Y%m%d%H%M%S", "%d-%b-%Y", "%b %d, %Y",
            "%Y-%m-%d %I:%M %p")  # fmt: skip


class SampleColumn(NamedTuple):
    """A column of the sample.

    Attributes:
        formats: The formats that all its cells have, if it holds dates; "" is ISO 8601.
        words: Its distinct cells, if they are few.
    """

    name: str
    formats: tuple[str, ...]
    is_number: bool
    is_distinct: bool
    words: tuple[str, ...]


def sample_columns(path: Path) -> tuple[list[SampleColumn], str]:
    """Return the columns of a CSV file by its first rows, and the delimiter.

    Raises:
        UserError: The file cannot be read, or holds no rows.
    """
    header, rows, delimiter = _sample(path)
    columns = [
        _column(name, [row[k].strip() for row in rows if k < len(row)])
        for k, name in enumerate(header)
    ]
    return columns, delimiter


def _sample(path: Path) -> tuple[list[str], list[list[str]], str]:
    any_file = CsvFileMapping.model_validate(
        {"match": "*", "roster": "clients", "columns": {"ref": "ref"}}
    )
    try:
        with open_regular(path) as stream:
            read = open_csv(stream, any_file).read(_LOOKED_AT)
        # The bytes may end inside a character, and inside a line.
        text = getincrementaldecoder("utf-8-sig")().decode(read)
    except (OSError, UnpackError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
    _refuse_others(path, text)
    lines = text.splitlines()
    if len(read) == _LOOKED_AT:
        lines = lines[:-1]
    if lines and lines[0].lower().startswith("sep="):
        lines = lines[1:]
    delimiter = max(",;\t|", key=(lines or [""])[0].count)
    rows = list(islice(csv.reader(lines, delimiter=delimiter), _ROWS + 1))
    if len(rows) < 2:
        raise UserError(f"{path} holds no rows under a header, so nothing can be seen in it.")
    return [name.strip() for name in rows[0]], rows[1:], delimiter


def _refuse_others(path: Path, text: str) -> None:
    """Refuse messages and JSON, because they have no columns to look at."""
    for begins, what, page in (
        (_HL7, "messages of HL7", "sources_hl7v2.md"),
        (_JSON, "JSON", "sources_http.md or docs/sources_fhir.md"),
    ):
        if begins.match(text):
            raise UserError(
                f"{path} holds {what}, and a first mapping is written of CSV files alone; "
                f"begin with the mapping in docs/{page}."
            )


def _column(name: str, cells: Sequence[str]) -> SampleColumn:
    filled = [cell for cell in cells if cell]
    shown = list({fold(cell): cell for cell in filled}.values())
    is_number = bool(filled) and all(map(_is_number, filled))
    # A number of eight figures may be a day, but no other number is.
    dates = tuple(
        each
        for each in _FORMATS
        if filled
        and (not is_number or each == "%Y%m%d")
        and all(_fits(cell, each) for cell in filled)
    )
    few = not dates and len(shown) <= (_FEW_NUMBERS if is_number else _FEW_WORDS)
    return SampleColumn(
        name, dates, is_number, len(shown) == len(cells), tuple(shown) if few else ()
    )


def _is_number(text: str) -> bool:
    try:
        read_number(text)
    except ValueError:
        return False
    return True


def _fits(text: str, written: str) -> bool:
    try:
        if written:
            datetime.strptime(text, written)  # noqa: DTZ007 - only whether it fits
        else:
            datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
