"""Reading dates and times from cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from connectors.mapping.cell_settings import TimestampColumns
from connectors.mapping.cells import (
    PLAIN,
    Columns,
    Notation,
    Row,
    columns_of,
    compile_cells,
)
from connectors.mapping.date_formats import says_utc
from connectors.mapping.paths import SEVERAL, refuse_several
from engine.model.field_reading import constant_text
from engine.model.instant import to_us
from engine.model.intake import DatedValue
from engine.model.local_time import WallClock

# What databases write where there is no date: MySQL's zeros, the first days of .NET, of SQL Server
# and of spreadsheets, and a year that nobody sees.
_ZEROS = re.compile(r"(?=(?:.*0){6})[0\s:./T-]+")
_NO_DATES = frozenset(
    (date(1, 1, 1), date(1753, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1))
)
_NEVER = 9999
_LARGEST_VERSION = 2**63 - 1  # of the store's column
# ISO 8601's name of the first moment of the next day; not the seconds of a longer time.
_END_OF_DAY = re.compile(r"(?<![\d:.])24(:00(?::00(?:\.0+)?)?)(?![\d:.])")


def columns_of_timestamps(moments: Iterable[TimestampColumns | None]) -> set[str]:
    """Return the names of all columns that these timestamps look at."""
    names: set[str] = set()
    for moment in moments:
        if moment is not None:
            names |= (
                {moment.column, *moment.others}
                if moment.column
                else columns_of([*(moment.date or ()), *(moment.time or ())])
            )
    return names


def compile_timestamp(
    moment: TimestampColumns,
    columns: Columns,
    clock: WallClock | None,
    notation: Notation = PLAIN,
    *,
    may_be_open: bool = False,
) -> Callable[[Row], DatedValue | None]:
    """Return a function from a row to its instant; None if the row gives no time.

    The function raises ValueError if the text is no date. `clock` places readings without an
    offset; without a clock they stay local readings. If the date `may_be_open`, the dates that
    databases write where there is none say nothing.
    """
    text_of = _compile_text(moment, columns, notation)

    def read(row: Row) -> DatedValue | None:
        text = text_of(row)
        if not text or (may_be_open and _ZEROS.fullmatch(text)):
            return None
        read = _parse(text, moment.format)
        if may_be_open and (read.year == _NEVER or read.date() in _NO_DATES):
            return None
        return _placed(read, clock)

    if moment.column is None or not is_iso(moment) or may_be_open:
        return read
    place = columns[moment.column]

    def iso(row: Row) -> DatedValue | None:
        try:
            found = datetime.fromisoformat(row[place])
        except ValueError:
            return read(row)
        return _placed(found, clock)

    return iso


def is_iso(moment: TimestampColumns) -> bool:
    """Return whether a timestamp is one column as ISO 8601, which is read in no time."""
    return moment.column is not None and not (moment.others or moment.format)


def _compile_text(
    moment: TimestampColumns, columns: Columns, notation: Notation
) -> Callable[[Row], str]:
    if moment.column is not None and not moment.others:
        place = columns[moment.column]
        return lambda row: _single(row[place])
    if moment.column is not None:
        places = [columns[name] for name in (moment.column, *moment.others)]
        return lambda row: next((text for place in places if (text := _single(row[place]))), "")
    date, time = (
        compile_cells(moment.date or (), columns, notation),
        compile_cells(moment.time or (), columns, notation),
    )

    def joined(row: Row) -> str:
        day, hour = date(row), time(row)
        if day is None:
            return ""
        if hour is None:
            raise ValueError(f"'{constant_text(day)}' has no time of day beside it")
        return f"{constant_text(day)} {constant_text(hour)}"

    return joined


def _single(text: str) -> str:
    if SEVERAL in text:
        refuse_several(text)
    return text.strip()


def compile_version(
    versions: Sequence[TimestampColumns], columns: Columns, clock: WallClock | None
) -> Callable[[Row], int]:
    """Return a function from a row to its version: a whole number, or an instant in microseconds.

    The function raises ValueError if no column gives one.
    """
    texts = [_compile_text(each, columns, PLAIN) for each in versions]

    def version(row: Row) -> int:
        for each, text_of in zip(versions, texts, strict=True):
            text = text_of(row)
            if text:
                is_number = not each.format and text.isascii() and text.isdecimal()
                number = int(text) if is_number else _instant(_parse(text, each.format), clock)
                if number > _LARGEST_VERSION:
                    raise ValueError(f"'{text}' is too large a number")
                return number
        raise ValueError("is empty")

    first = versions[0]
    if first.column is None or not is_iso(first):
        return version
    place = columns[first.column]

    def iso(row: Row) -> int:
        text = row[place]
        if text.isdecimal():
            return version(row)
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return version(row)
        return _instant(found, clock)

    return iso


def _parse(text: str, formats: Sequence[str]) -> datetime:
    if "24:" in text and _END_OF_DAY.search(text):
        return _parse(_END_OF_DAY.sub(r"00\1", text), formats) + timedelta(days=1)
    errors = []
    if not formats:
        try:
            return datetime.fromisoformat(text)
        except ValueError as error:
            errors.append(str(error))
    for written in formats:
        try:
            # A reading without an offset is placed later.
            read = datetime.strptime(text, written)  # noqa: DTZ007
            return read.replace(tzinfo=UTC) if says_utc(written) else read
        except ValueError as error:
            errors.append(str(error))
    # The parser's own words about a 31 February or a 13th month.
    if any("out of range" in error or "must be in" in error for error in errors):
        raise ValueError(f"'{text}' is no day that there is")
    raise ValueError(
        f"'{text}' is not written as {' or '.join(formats) or '2024-01-31 or 2024-01-31 14:05'}"
    )


def _instant(read: datetime, clock: WallClock | None) -> int:
    return _placed(read, clock).at if read.tzinfo is None else to_us(read)


def _placed(read: datetime, clock: WallClock | None) -> DatedValue:
    if read.tzinfo is not None:
        return DatedValue(to_us(read), False)
    reading = to_us(read.replace(tzinfo=UTC))
    return DatedValue(reading, True) if clock is None else DatedValue(clock[reading], False)
