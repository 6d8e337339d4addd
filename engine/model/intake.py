"""What a source hands over: events and roster rows that could be read, and rows that could not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

RosterKind = Literal["clients", "staff", "assignments", "consents"]


class ReadEvent(NamedTuple):
    """An event as a source read it, with the client still by ref; all else as in NewEvent."""

    client: str
    kind: str
    occurred_at: int
    key: str
    fields: str
    note: str | None
    line: int
    # True where occurred_at is a local wall-clock reading that must be placed in the client's own timezone.
    # It is then microseconds of that reading as if it were UTC.
    local: bool


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One row about a client, a staff member, an assignment or a consent; `values` by the words of the roster."""

    kind: RosterKind
    values: Mapping[str, str]
    line: int


class Reject(NamedTuple):
    """A row that could not be read, kept with its place and the reason until somebody has mended it."""

    line: int
    reason: str
    row: str


@dataclass(frozen=True, slots=True)
class Batch:
    """A stretch of one item (a file) of a source.

    `position` is what the source wants to be told next time, JSON-able and opaque to everyone else.
    `done` and `size` (bytes) are for a progress bar.
    """

    item: str
    position: Any
    events: tuple[ReadEvent, ...] = ()
    roster: tuple[RosterRow, ...] = ()
    rejects: tuple[Reject, ...] = ()
    done: int = 0
    size: int = 0
