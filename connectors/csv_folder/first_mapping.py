"""A first mapping of a CSV file, made from its columns and their values; a person finishes it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from connectors.csv_folder.sample_columns import SampleColumn, sample_columns
from connectors.csv_folder.understood_words import fits, meaning, understood
from connectors.mapping.date_formats import read_formats
from engine.model.event_kinds import BUILT_IN, Field, Kind, telling_fields
from engine.model.plurals import counted
from engine.model.word_folding import fold

_CHOOSE = "CHOOSE"
_MOST_FIT = 0.5  # of a column's words must mean something, so that the column is of a field
_CLIENT = re.compile(r"client|patient|chart|mrn|member|person|participant|case ?no", re.IGNORECASE)
_NAMES_PEOPLE = re.compile(r"name|first|last|birth|dob|phone|address|mail", re.IGNORECASE)
_ID = re.compile(r"(^|[^a-z])(id|no|number|accession|key|nr)$|^id([^a-z]|$)", re.IGNORECASE)
_AT = re.compile(r"date|time|when|collected|day|at$", re.IGNORECASE)
_BORN = re.compile(r"birth|dob", re.IGNORECASE)
_TELLS = re.compile(r"result|outcome|status|finding|disposition", re.IGNORECASE)
# Words in the names of columns that speak for a kind of event, if the values do not.
_KINDS: Mapping[str, str] = {
    "test": r"result|specimen|test|bac|drug|substance|accession|lab",
    "attendance": r"attend|session|group|visit|appoint|show|activity",
    "medication": r"dose|medic|dispens|supply|mg",
    "check_in": r"craving|mood|stress|check",
    "assessment": r"score|phq|gad|audit|instrument|total",
    "contact": r"call|contact|reach",
}
_FIELD_NAMES: Mapping[str, str] = {
    "specimen": "method",
    "matrix": "method",
    "dose": "dose_mg",
    "supply": "days_supply",
    "drugs": "substances",
    "comment": "note",
    "notes": "note",
    "brac": "bac",
}


class FirstMapping(NamedTuple):
    """A first mapping.

    Attributes:
        text: YAML, an item of `files:`.
        said: The guess and the places that a person must finish, in sentences.
    """

    text: str
    said: str


class _Guess(NamedTuple):
    """A kind of event, and the evidence for it."""

    kind: Kind | None
    why: str


def draft_mapping(path: Path) -> FirstMapping:
    """Return a first mapping of a file.

    Every column that is not understood stays in it as a question.

    Raises:
        UserError: The file cannot be read, or holds no rows.
    """
    columns, delimiter = sample_columns(path)
    named = [
        one if one.name else one._replace(name=f"column {k}, which has no name")
        for k, one in enumerate(columns, 1)
    ]
    lines = [f"- match: {_quoted(_pattern(path))}  # which files; * stands for any characters"]
    if delimiter != ",":
        lines.append(f"  delimiter: {'tab' if delimiter == chr(9) else _quoted(delimiter)}")
    guess = _kind(named)
    lines += ["  events:", *_event_lines(guess, named)]
    return FirstMapping("\n".join(lines) + "\n", _said(guess, lines))


def _said(guess: _Guess, lines: Sequence[str]) -> str:
    kind = guess.kind
    guessed = f"The rows look like events of the kind {kind.name}, {guess.why}." if kind else (
        "Nothing in the file tells which kind of event its rows are."
    )  # fmt: skip
    open_ = sum("# TODO" in line for line in lines)
    chosen = sum(line.split("  #")[0].count(_CHOOSE) for line in lines)
    left = [f"{counted(open_, 'line')} with TODO"] if open_ else []
    left += [f"{counted(chosen, 'place')} with CHOOSE"] if chosen else []
    return f"{guessed} Finish {' and '.join(left)} before you use it." if left else guessed


def _event_lines(guess: _Guess, columns: Sequence[SampleColumn]) -> list[str]:
    client = _client(columns)
    dated = [one for one in columns if one.formats and not _BORN.search(one.name)]
    at = next((one for one in dated if _AT.search(one.name)), dated[0] if dated else None)
    others = [one for one in columns if one not in {client, at}]
    id_ = next((one for one in others if _ID.search(one.name) and one.is_distinct), None)
    kind = guess.kind
    lines = [f"    - kind: {kind.name if kind else _CHOOSE}  # {guess.why}"]
    lines.append(f"      client: {_named(client, 'the column with the code of the client')}")
    lines += _at_lines(at)
    if id_ is not None:
        lines.append(f"      id: {_quoted(id_.name)}  # differs in every row of the sample")
    else:
        lines.append(
            "      # id: the column with the row's own number; without one, a changed row is"
        )
        lines.append("      # another event")
    rest = [one for one in others if one is not id_]
    taken = _fields(kind, rest) if kind else {}
    lines.append(f"      fields:{'' if taken else ' {}'}")
    lines += [f"        {name}: {_cell(kind, name, one)}" for name, one in taken.items() if kind]
    return lines + _left_lines(kind, taken, rest)


def _client(columns: Sequence[SampleColumn]) -> SampleColumn | None:
    """Return the column with the code of the client; a column of names is none."""
    found = [
        one
        for one in columns
        if _CLIENT.search(one.name) and not one.formats and not _NAMES_PEOPLE.search(one.name)
    ]
    return next((one for one in found if _ID.search(one.name)), found[0] if found else None)


def _kind(columns: Sequence[SampleColumn]) -> _Guess:
    """Choose the kind by the values of the columns, and by their names where values are silent."""
    names = " ".join(one.name for one in columns).lower()
    by_name = {
        each: len(set(re.findall(words, names))) + _known_names(BUILT_IN[each], columns)
        for each, words in _KINDS.items()
    }
    shares = {
        (each, one): understood(BUILT_IN[each], name, one.words)
        for each in BUILT_IN
        for name in telling_fields(BUILT_IN[each])
        for one in columns
        if BUILT_IN[each].fields[name].choices
    }
    kind, told = max(shares, key=lambda at: (shares[at], by_name.get(at[0], 0)))
    if shares[kind, told] > _MOST_FIT:
        return _Guess(BUILT_IN[kind], f"by the values of the column {told.name}")
    kind = max(by_name, key=by_name.__getitem__)
    if by_name[kind]:
        return _Guess(BUILT_IN[kind], "guessed from the names of the columns alone")
    return _Guess(None, "one of " + ", ".join(BUILT_IN))


def _known_names(kind: Kind, columns: Sequence[SampleColumn]) -> int:
    return sum(
        1 for one in columns for name, field in kind.fields.items()
        if field.type == "number" and one.is_number and _is_called(one, name)
    )  # fmt: skip


def _fields(kind: Kind, columns: Sequence[SampleColumn]) -> dict[str, SampleColumn]:
    """Return the column of each field: first by the values of choices, then by the names."""
    choices = {name: field for name, field in kind.fields.items() if field.choices}
    pairs = sorted(
        (
            (understood(kind, name, one.words) + _is_called(one, name) / 4, name, k)
            for name in choices
            for k, one in enumerate(columns)
        ),
        key=lambda pair: (-pair[0], pair[2]),
    )
    taken: dict[str, SampleColumn] = {}
    for share, name, k in pairs:
        if share > _MOST_FIT and name not in taken and columns[k] not in taken.values():
            taken[name] = columns[k]
    for name, field in kind.fields.items():
        for one in columns:
            if name not in taken and one not in taken.values() and _by_name(kind, name, field, one):
                taken[name] = one
    return {name: taken[name] for name in kind.fields if name in taken}


def _by_name(kind: Kind, name: str, field: Field, one: SampleColumn) -> bool:
    if field.type == "choice":
        tells = name in telling_fields(kind) and bool(_TELLS.search(one.name))
        return bool(one.words) and (tells or _is_called(one, name))
    return _is_called(one, name) and fits(field, one.words, one.is_number)


def _is_called(one: SampleColumn, name: str) -> bool:
    words = set(re.findall("[a-z_]+", one.name.lower()))
    return name in words or name in {_FIELD_NAMES.get(word) for word in words}


def _cell(kind: Kind, name: str, one: SampleColumn) -> str:
    field = kind.fields[name]
    if field.type != "choice" or set(map(fold, one.words)) <= set(field.choices):
        return _quoted(one.name)
    values = ", ".join(
        f"{_quoted(word)}: {meaning(kind, name, word) or _CHOOSE}" for word in one.words
    )
    return f"{{column: {_quoted(one.name)}, values: {{{values}}}}}"


def _left_lines(
    kind: Kind | None, taken: Mapping[str, SampleColumn], columns: Sequence[SampleColumn]
) -> list[str]:
    lines = []
    if kind and not set(telling_fields(kind)) & taken.keys() and telling_fields(kind):
        wanted = " or ".join(telling_fields(kind))
        lines.append(f"        # TODO: which column tells {wanted}? no rule can judge without it")
    lines += [
        f"        # TODO: what is {one.name}?{_seen(one)}"
        for one in columns
        if one not in taken.values()
    ]
    free = sorted(kind.fields.keys() - taken.keys()) if kind else ()
    if free and kind:
        lines.append(f"      # other fields of {kind.name}: {', '.join(free)}")
    return lines


def _seen(one: SampleColumn) -> str:
    # What differs in every row may name people.
    if one.words and not one.is_distinct and not _NAMES_PEOPLE.search(one.name):
        return f" It holds {', '.join(one.words)}"
    kind = "a number" if one.is_number else "a date" if one.formats else "text"
    return f" It holds {kind}"


def _pattern(path: Path) -> str:
    """Return a pattern that later exports of this name fit too: without its figures."""
    return re.sub(r"[0-9][0-9._-]*[0-9]|[0-9]", "*", path.stem) + "".join(path.suffixes[-1:])


def _at_lines(at: SampleColumn | None) -> list[str]:
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
            f"      # TODO: its cells fit {both}; find out whether the day or the month is first"
        )
    return lines


def _named(one: SampleColumn | None, what: str) -> str:
    return _quoted(one.name) if one is not None else f"{_CHOOSE}  # {what}"


def _quoted(text: str) -> str:
    """Return a text as YAML that reads it back as it is."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9 _/.()*-]*", text) and not text.endswith(" "):
        return text
    return "'" + text.replace("'", "''") + "'"
