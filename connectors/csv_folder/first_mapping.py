"""A first mapping of a CSV file, made from its columns; a person finishes it."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from connectors.csv_folder.packed import UnpackError, open_csv
from connectors.csv_folder.settings import CsvFileMapping
from connectors.mapping.date_formats import read_formats
from connectors.regular_files import open_regular
from engine.errors import UserError
from engine.model.event_kinds import BUILT_IN, Kind
from engine.model.field_reading import read_number
from engine.model.word_folding import fold

_LOOKED_AT = 1 << 18  # bytes
_ROWS = 500
_FEW_WORDS = 12
# Dates as exports write them; "" is ISO 8601. The day may stand first or second.
_FORMATS = ("", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M",
            "%d.%m.%Y", "%d.%m.%Y %H:%M", "%Y%m%d", "%Y%m%d%H%M%S", "%d-%b-%Y", "%b %d, %Y",
            "%Y-%m-%d %I:%M %p")  # fmt: skip
_CLIENT = re.compile(r"client|patient|chart|mrn|member|person|participant|case ?no", re.IGNORECASE)
_ID = re.compile(r"(^|[^a-z])(id|no|number|accession|key|nr)$|^id([^a-z]|$)", re.IGNORECASE)
_AT = re.compile(r"date|time|when|collected|day|at$", re.IGNORECASE)
_BORN = re.compile(r"birth|dob", re.IGNORECASE)
# Words in the names of columns that tell one kind of event from the others.
_KINDS: Mapping[str, str] = {
    "test": r"result|specimen|test|bac|drug|substance|accession|lab",
    "attendance": r"attend|session|group|visit|appoint|show|activity",
    "medication": r"dose|medic|dispens|supply|mg",
    "check_in": r"craving|mood|stress|check",
    "assessment": r"score|phq|gad|audit|instrument|total",
    "contact": r"call|contact|reach",
}


class _Column(NamedTuple):
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


def draft_mapping(path: Path) -> str:
    """Return a first mapping of a file as YAML, an item of `files:`.

    Raises:
        UserError: The file cannot be read, or holds no rows.
    """
    header, rows, delimiter = _sample(path)
    columns = [
        _column(name, [row[k].strip() for row in rows if k < len(row)])
        for k, name in enumerate(header)
    ]
    return "\n".join(_written(path, columns, delimiter)) + "\n"


def _sample(path: Path) -> tuple[list[str], list[list[str]], str]:
    any_file = CsvFileMapping.model_validate(
        {"match": "*", "roster": "clients", "columns": {"ref": "ref"}}
    )
    try:
        with open_regular(path) as stream:
            text = open_csv(stream, any_file).read(_LOOKED_AT).decode("utf-8-sig")
    except (OSError, UnpackError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
    lines = text.splitlines()
    if lines and lines[0].lower().startswith("sep="):
        lines = lines[1:]
    delimiter = max(",;\t|", key=(lines or [""])[0].count)
    rows = list(islice(csv.reader(lines, delimiter=delimiter), _ROWS + 1))
    if len(rows) < 2:
        raise UserError(f"{path} holds no rows under a header, so nothing can be seen in it.")
    return [name.strip() for name in rows[0]], rows[1:], delimiter


def _column(name: str, cells: Sequence[str]) -> _Column:
    filled = [cell for cell in cells if cell]
    distinct = list(dict.fromkeys(map(fold, filled)))
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
    few = not is_number and not dates and 0 < len(distinct) <= _FEW_WORDS
    words = tuple(shown) if few else ()
    return _Column(name, dates, is_number, len(distinct) == len(cells), words)


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


def _written(path: Path, columns: Sequence[_Column], delimiter: str) -> list[str]:
    kind = BUILT_IN[_kind(columns)]
    client = next((one for one in columns if _CLIENT.search(one.name) and not one.formats), None)
    dated = [one for one in columns if one.formats and not _BORN.search(one.name)]
    at = next((one for one in dated if _AT.search(one.name)), dated[0] if dated else None)
    others = [one for one in columns if one not in {client, at} and one.name]
    id_ = next((one for one in others if _ID.search(one.name) and one.is_distinct), None)
    lines = [f"- match: {_quoted(_pattern(path))}  # which files; * stands for any characters"]
    if delimiter != ",":
        lines.append(f"  delimiter: {'tab' if delimiter == chr(9) else _quoted(delimiter)}")
    lines += ["  events:", f"    - kind: {kind.name}  # guessed from the names of the columns"]
    lines.append(f"      client: {_named(client, 'the column with the code of the client')}")
    lines += _at_lines(at)
    if id_ is not None:
        lines.append(f"      id: {_quoted(id_.name)}  # differs in every row of the sample")
    else:
        lines.append(
            "      # id: the column with the row's own number; without one, a changed row is"
        )
        lines.append("      # another event")
    lines.append("      fields:")
    return lines + _field_lines(kind, [one for one in others if one is not id_])


def _kind(columns: Sequence[_Column]) -> str:
    names = " ".join(one.name for one in columns).lower()
    return max(_KINDS, key=lambda kind: len(set(re.findall(_KINDS[kind], names))))


def _pattern(path: Path) -> str:
    """Return a pattern that later exports of this name fit too: without its figures."""
    return re.sub(r"[0-9][0-9._-]*[0-9]|[0-9]", "*", path.stem) + "".join(path.suffixes[-1:])


def _at_lines(at: _Column | None) -> list[str]:
    if at is None:
        return [f"      at: {_named(None, 'the column with the date')}"]
    if at.formats[0] == "":
        return [f"      at: {_quoted(at.name)}"]
    lines = [f'      at: {{column: {_quoted(at.name)}, format: "{at.formats[0]}"}}']
    try:
        read_formats(list(at.formats))
    except ValueError:
        both = " and ".join(at.formats)
        lines.append(
            f"      # its cells fit {both}; find out whether the day or the month is first"
        )
    return lines


def _field_lines(kind: Kind, columns: Sequence[_Column]) -> list[str]:
    lines, left = [], {fold(name): name for name in kind.fields}
    rest = []
    for one in columns:
        words = [left[word] for word in re.findall("[a-z_]+", one.name.lower()) if word in left]
        if not words:
            rest.append(one)
            continue
        del left[words[0]]
        field = kind.fields[words[0]]
        unknown = [word for word in one.words if fold(word) not in map(fold, field.choices)]
        if field.type == "choice" and unknown:
            values = ", ".join(
                f"{_quoted(word)}: {_guess(word, field.choices)}" for word in one.words
            )
            lines.append(
                f"        {words[0]}: {{column: {_quoted(one.name)}, values: {{{values}}}}}"
            )
        else:
            lines.append(f"        {words[0]}: {_quoted(one.name)}")
    lines = lines or ["        {}"]
    if left:
        lines.append(f"      # other fields of {kind.name}: {', '.join(sorted(left.values()))}")
    if rest:
        lines.append("      # columns that are not used:")
        lines += [f"      #   {one.name}{_said(one)}" for one in rest]
    return lines


def _guess(word: str, choices: Sequence[str]) -> str:
    """Return the choice that a word begins like, or a mark that a person must replace."""
    folded = fold(word)
    near = [each for each in choices if each.startswith(folded) or folded.startswith(each)]
    return near[0] if len(near) == 1 else "CHOOSE"


def _said(one: _Column) -> str:
    if one.words and not one.is_distinct:  # what differs in every row may name people
        return f": {', '.join(one.words)}"
    return ", a number" if one.is_number else ", a date" if one.formats else ""


def _named(one: _Column | None, what: str) -> str:
    return _quoted(one.name) if one is not None else f"CHOOSE  # {what}"


def _quoted(text: str) -> str:
    """Return a text as YAML that reads it back as it is."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9 _/.()*-]*", text) and not text.endswith(" "):
        return text
    return "'" + text.replace("'", "''") + "'"
