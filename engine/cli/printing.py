"""Print rows as a table, JSON or CSV, and the outcome of a command as a sentence or JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from engine.model.printable import no_formula, printable, printable_json


class Format(StrEnum):
    """The formats of a command that lists rows."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class TextFormat(StrEnum):
    """The formats of a command that says one thing."""

    TEXT = "text"
    JSON = "json"


ListFormat = Annotated[Format, typer.Option("--format", help="How to write the rows.")]
SayFormat = Annotated[TextFormat, typer.Option("--format", help="How to write it.")]


def say(done: Mapping[str, object], said: str, format: TextFormat) -> None:
    """Write the outcome of a command: a sentence, or a JSON object with the sentence in it."""
    if format is TextFormat.JSON:
        show_json({name: _plain(value) for name, value in done.items()} | {"said": said})
    else:
        print(printable(said))


def show_json(value: object, indent: int | None = None, end: str = "\n") -> None:
    """Write a value as JSON, without a character that a terminal would obey."""
    import json

    written = json.dumps(value, default=datetime.isoformat, ensure_ascii=False, indent=indent)
    print(printable_json(written), end=end)


def show_rows(rows: Iterable[Sequence[object]], columns: Sequence[str], format: Format) -> None:
    """Write rows to stdout: as a table that fits the terminal, as JSON objects, or as CSV."""
    if format is Format.CSV:
        import csv

        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_in_csv(value) for value in row] for row in rows)
    elif format is Format.JSON:
        _show_json(rows, columns)
    else:
        _show_table([[*map(_shown, row)] for row in rows], columns)


def _show_json(rows: Iterable[Sequence[object]], columns: Sequence[str]) -> None:
    opening = "["
    for row in rows:
        values = map(_plain, row)
        print(opening)
        show_json(dict(zip(columns, values, strict=True)), end="")
        opening = ","
    print("[]" if opening == "[" else "\n]")


def _show_table(rows: Sequence[Sequence[str]], columns: Sequence[str]) -> None:
    if not rows:
        print("nothing to list")
        return
    # Rich takes a while to import, and other formats do without it.
    from engine.cli.table_output import print_table
    from engine.presentation.preview.section import Head

    print_table([Head(name.upper(), is_number=False) for name in columns], rows)


def _shown(value: object) -> str:
    """Return the value for people: instants to the minute, with the offset they carry."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return "" if value is None else str(value)


def _in_csv(value: object) -> object:
    plain = _plain(value)
    return no_formula(printable(plain)) if isinstance(plain, str) else plain


def _plain(value: object) -> object:
    """Return the value for JSON and CSV: instants in ISO 8601 with the offset they carry."""
    return value.isoformat() if isinstance(value, datetime) else value
