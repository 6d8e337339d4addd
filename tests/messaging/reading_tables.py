"""The tables of texts that people send, each with its expected reading.

The head of each file explains it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

STAFF_ANSWERS = Path(__file__).with_name("staff_answers.txt")
CLIENT_TEXTS = Path(__file__).with_name("client_texts.txt")
FEWEST = 300

# The codes that are open in the two situations of the answers.
ONE_OPEN: Sequence[int] = (1,)
SEVERAL_OPEN: Sequence[int] = (1, 2, 3)

_NAME_A_CODE = {
    "take", "pass", "done", "false", "snooze", "undo", "ask", "more",
    "confirm-take", "confirm-pass", "confirm-done", "confirm-false", "confirm-snooze",
}  # fmt: skip
_NAME_NONE = {
    "undo",
    "list",
    "which",
    "help",
    "not-understood",
    "ignore-reaction",
    "danger",
    "stop",
    "start",
}
_CHANGES = {"take", "pass", "done", "false", "snooze", "undo", "stop", "start"}
_LABELS = {"danger", "use", "plain", "help", "opt-out", "opt-in", "reaction"}

_ESCAPE = re.compile(r"\\n|\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading of an answer, and the code that it acts on or asks about, if any."""

    does: str
    code: int | None = None

    @property
    def changes_something(self) -> bool:
        """Whether it changes an alert, or whether the phone is texted."""
        return self.does in _CHANGES


@dataclass(frozen=True, slots=True)
class StaffAnswer:
    """An answer of staff or a mentor, and its readings with one alert open and with several."""

    text: str
    one: tuple[Reading, ...]
    several: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class ClientText:
    """A text of a client, and its label."""

    text: str
    label: str


Row = TypeVar("Row", StaffAnswer, ClientText)


def staff_answers(source: str | None = None) -> list[StaffAnswer]:
    """Read the answers of staff and mentors.

    Args:
        source: The text of the table; None reads the file.

    Raises:
        ValueError: A line breaks the format, a text stands twice, or the table is too small.
    """
    return _rows(STAFF_ANSWERS.read_text("utf-8") if source is None else source, _staff_answer)


def client_texts(source: str | None = None) -> list[ClientText]:
    """Read the texts of clients.

    Args:
        source: The text of the table; None reads the file.

    Raises:
        ValueError: A line breaks the format, a text stands twice, or the table is too small.
    """
    return _rows(CLIENT_TEXTS.read_text("utf-8") if source is None else source, _client_text)


def _rows(source: str, parse: Callable[[str], Row]) -> list[Row]:
    rows: dict[str, Row] = {}
    for number, line in _lines(source):
        try:
            row = parse(line)
        except ValueError as error:
            raise ValueError(f"Line {number}: {error}") from error
        if row.text in rows:
            raise ValueError(f"Line {number}: {row.text!r} stands in the table twice.")
        rows[row.text] = row
    if len(rows) < FEWEST:
        raise ValueError(f"The table has {len(rows)} texts; it needs at least {FEWEST}.")
    return list(rows.values())


def _lines(source: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(source.split("\n"), start=1):
        if line.strip() and line != "#" and not line.startswith("# "):
            yield number, line


def _staff_answer(line: str) -> StaffAnswer:
    text, one, several = _columns(line, 3)
    return StaffAnswer(text, _readings(one, ONE_OPEN), _readings(several, SEVERAL_OPEN))


def _client_text(line: str) -> ClientText:
    text, label = _columns(line, 2)
    if label not in _LABELS:
        raise ValueError(f"{label!r} is no label.")
    return ClientText(text, label)


def _columns(line: str, count: int) -> list[str]:
    columns = line.rsplit(" | ", count - 1)
    if len(columns) != count or not all(columns):
        raise ValueError(f"{count} columns are expected, with ' | ' between them.")
    return [_ESCAPE.sub(_character, columns[0]), *columns[1:]]


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else "\n"


def _readings(column: str, open_codes: Iterable[int]) -> tuple[Reading, ...]:
    readings = tuple(_reading(each, open_codes) for each in column.split(", "))
    if len(readings) > 1 and any(each.code is None for each in readings):
        raise ValueError(f"{column!r} has several readings, so each names a code.")
    return readings


def _reading(written: str, open_codes: Iterable[int]) -> Reading:
    does, _, code = written.partition(" ")
    if not code and does in _NAME_NONE:
        return Reading(does)
    if does not in _NAME_A_CODE:
        raise ValueError(f"{written!r} is no reading.")
    if code not in {str(each) for each in open_codes}:
        raise ValueError(f"{written!r} names no code that is open.")
    return Reading(does, int(code))
