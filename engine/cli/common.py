"""What the commands share: the configuration they take, the database they open, and how they list."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from itertools import zip_longest
from pathlib import Path
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from engine.errors import UserError

if TYPE_CHECKING:
    from engine.model.settings import Settings
    from engine.store.database import Database

# 0: done. 2: the user's mistake. 3: ours; these two come of errors that nobody caught.
FOUND = 1
# Between the columns of a table, and how wide a column stays at least.
_GAP, _NARROW = "  ", 12

DEFAULT_CONFIG = Path("config.yaml")
ConfigFile = Annotated[Path, typer.Option("--config", metavar="FILE", help="The configuration file.")]


def whole_number(most: int | None = None) -> Callable[[object], int]:
    """Reads a whole number from 1 on of the command line, or a default, and says in our words where it is none."""

    def read(given: object) -> int:
        text = str(given)
        if not re.fullmatch("[0-9]{1,18}", text) or int(text) < 1 or (most and int(text) > most):
            raise typer.BadParameter(f"'{text}' is not a whole number from 1 {f'to {most}' if most else 'on'}")
        return int(text)

    return read


class Format(StrEnum):
    """How a command that lists writes its rows."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class TextFormat(StrEnum):
    """How a command that says something writes it."""

    TEXT = "text"
    JSON = "json"


ListFormat = Annotated[Format, typer.Option("--format", help="How to write the rows.")]
SayFormat = Annotated[TextFormat, typer.Option("--format", help="How to write it.")]


def open_settings(config: Path) -> Settings:
    """The settings of a configuration file; MistakesError names all that is wrong with it."""
    from engine.config import load

    return load(config)


@contextmanager
def stored(settings: Settings) -> Iterator[Database]:
    """The database of the settings, which must be there, with its tables at this version; closed afterwards."""
    from engine.store.database import Database

    database = Database.existing(settings.database)
    try:
        yield database
    finally:
        database.close()


def no_rule(wanted: str, known: Iterable[str]) -> UserError:
    """That there is no such rule, with those nearly of its name, or else of its words, or else all."""
    from difflib import get_close_matches

    ids = sorted(known)
    words = set(re.findall("[a-z0-9]+", wanted.lower()))
    near = get_close_matches(wanted.lower(), ids, n=3) or [one for one in ids if words & set(one.split("-"))]
    said = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(ids) or 'none'}."
    return UserError(f"There is no rule '{wanted}'; {said}")


def read_instant(text: str, timezone: str) -> int:
    """Microseconds since 1970 of an ISO date or date and time; without an offset it is local time there."""
    from engine.model.instant import to_us

    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(f"'{text}' is not a date; write one such as 2026-03-01 or 2026-03-01T08:00") from None
    try:
        return to_us(instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(timezone)))
    except (ValueError, OverflowError):
        raise UserError(f"'{text}' is outside of the years 1970 to 2112.") from None


def now() -> int:
    """The present instant, in microseconds since 1970."""
    from engine.model.instant import to_us

    return to_us(datetime.now(UTC))


def local(us: int, timezone: str) -> datetime:
    """The instant of microseconds since 1970, as the clock there shows it."""
    from engine.model.instant import from_us

    return from_us(us).astimezone(ZoneInfo(timezone))


def say(done: Mapping[str, object], said: str, format: TextFormat) -> None:  # noqa: A002
    """Write what a command did: in a sentence, or as a JSON object with the sentence in it."""
    if format is TextFormat.JSON:
        print(json.dumps({name: _plain(value) for name, value in done.items()} | {"said": said}, ensure_ascii=False))
    else:
        print(said)


def show_rows(rows: Iterable[Sequence[object]], columns: Sequence[str], format: Format) -> None:  # noqa: A002
    """Write rows to stdout under their columns: folded to the terminal's width, or as JSON objects, or as CSV."""
    if format is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_plain(value) for value in row] for row in rows)
    elif format is Format.JSON:
        _show_json(rows, columns)
    else:
        _show_table([[*map(_shown, row)] for row in rows], columns)


def _show_json(rows: Iterable[Sequence[object]], columns: Sequence[str]) -> None:
    opening = "["
    for row in rows:
        values = map(_plain, row)
        print(opening, json.dumps(dict(zip(columns, values, strict=True)), ensure_ascii=False), sep="\n", end="")
        opening = ","
    print("[]" if opening == "[" else "\n]")


def _show_table(rows: list[list[str]], columns: Sequence[str]) -> None:
    if not rows:
        print("nothing to list")
        return
    table = [[name.upper() for name in columns], *rows]
    widths = _widths(table, max(80, get_terminal_size().columns))
    for row in table:
        folded = [wrap(cell, width, break_long_words=False) for cell, width in zip(row, widths, strict=True)]
        for line in zip_longest(*folded, fillvalue=""):
            print(_GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _widths(table: Sequence[Sequence[str]], room: int) -> list[int]:
    """The columns' widths: what has no room beside the others is folded, the widest first, and no word is cut."""
    columns = list(zip(*table, strict=True))
    widths = [max(map(len, cells)) for cells in columns]
    least = [min(width, max(_NARROW, *map(_longest, cells))) for width, cells in zip(widths, columns, strict=True)]
    room -= len(_GAP) * (len(widths) - 1)
    while sum(widths) > room and widths != least:
        place = max(range(len(widths)), key=lambda place: (widths[place] > least[place], widths[place]))
        widths[place] -= 1
    return widths


def _longest(cell: str) -> int:
    """The width of the longest part of it that cannot be folded."""
    return max(map(len, wrap(cell, 1, break_long_words=False)), default=0)


def _shown(value: object) -> str:
    """The value as a person reads it: instants to the minute, with the offset they carry."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return "" if value is None else str(value)


def _plain(value: object) -> object:
    """The value as JSON and CSV can hold it: instants in ISO 8601 with the offset they carry."""
    return value.isoformat() if isinstance(value, datetime) else value
