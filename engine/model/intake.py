"""The output of a source: events and roster rows that could be read, and rows that could not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from engine.model.instant import Instant

# In the order in which they are read: a row may name who or what stands before.
RosterKind = Literal["clients", "identifiers", "staff", "assignments", "consents", "stays"]


class ReadEvent(NamedTuple):
    """An event as a source read it, with the client still by ref; otherwise as NewEvent."""

    client: str
    kind: str
    occurred_at: Instant
    key: str
    fields: str
    note: str | None
    line: int
    # True if occurred_at is a local wall-clock reading that must be placed in the client's own
    # timezone. It then holds that reading as if it were UTC.
    local: bool
    row: str  # as in the source, kept for quarantine
    # A greater one replaces what a smaller one said, whichever comes first; None: the last counts.
    version: int | None = None


class Gone(NamedTuple):
    """An event, by its key, that a row no longer makes, because its conditions say so.

    Attributes:
        line: The row's line.
        version: The row's version, as in ReadEvent.
        after: How many of the batch's events stand before the row.
    """

    key: str
    line: int
    version: int | None = None
    after: int = 0


class DatedValue(NamedTuple):
    """A date of the roster; `local` as in ReadEvent."""

    at: Instant
    local: bool


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A row about a client, a staff member, an assignment, a consent or a stay in hospital.

    Every word that the source gives is in `values` or `moments`; None is an empty cell. `schedules`
    has the time by which each schedule is due for the client, or `off`; None is the usual time.
    """

    kind: RosterKind
    line: int
    row: str
    values: Mapping[str, str | None]
    moments: Mapping[str, DatedValue | None] = field(default_factory=dict)
    attributes: Mapping[str, str | None] = field(default_factory=dict)
    schedules: Mapping[str, str | None] = field(default_factory=dict)
    alone: bool = False  # whether only one person has the role for the client

    @property
    def key(self) -> str:
        """The people it is about, which tell it from other rows of its kind."""
        people = (self.values.get(word) or "" for word in ("ref", "client", "staff", "role"))
        return f"{self.kind}:" + "\x1f".join(people)

    @property
    def list_key(self) -> str:
        """The key that tells it from the other rows of its list (`read_list_key` reads it)."""
        begin = self.moments.get("began" if self.kind == "assignments" else "given")
        parts = [self.values.get(word) or "" for word in _LISTED_BY[self.kind]]
        if self.kind in {"assignments", "consents"}:
            parts.append("" if begin is None else f"{begin.at}{_LOCAL if begin.local else ''}")
        return "\x1f".join(parts)


_LISTED_BY: Mapping[RosterKind, tuple[str, ...]] = {
    "clients": ("ref",),
    "staff": ("ref",),
    "assignments": ("client", "staff", "role"),
    "consents": ("client", "staff"),
    "stays": ("client",),
    "identifiers": ("client", "system", "value"),
}
_LOCAL = "L"


class ListKey(NamedTuple):
    """The subject of an assignment or consent; `role` is "" for a consent."""

    client: str
    staff: str
    role: str
    begin: DatedValue | None


def read_list_key(key: str) -> ListKey:
    """Read the key of an assignment or consent in a list."""
    client, staff, *role, begin = key.split("\x1f")
    dated = DatedValue(int(begin.removesuffix(_LOCAL)), begin.endswith(_LOCAL)) if begin else None
    return ListKey(client, staff, role[0] if role else "", dated)


# The line of a reject that concerns a whole item, such as a file whose header does not fit.
WHOLE = 1


class Reject(NamedTuple):
    """A row that could not be read, kept with its place and the reason until it is fixed.

    Attributes:
        line: The row's line; WHOLE if nothing of the item could be read.
        waits_for: The ref of a client or a member of staff, if the row's only fault is that the
            roster does not have it.
        retry_at: When the row is read again, if its only fault is its date.
        key: The key of the event or roster row that it would make. Reading that closes the reject.
    """

    line: int
    reason: str
    row: str
    waits_for: str | None = None
    key: str | None = None
    retry_at: Instant | None = None


class Listing(NamedTuple):
    """Rows that together are a list, so that a row that is missing from it says something.

    Attributes:
        name: The list's name, such as `clients*.csv (clients)`; other files may be newer versions.
        roster: The part of the roster that it is; None for events.
        series: The prefixes of its events' keys; none for a part of the roster.
        complete: Whether a missing row has ended or is withdrawn; None if the source does not say.
        whole: Whether its item has now been read from its first row to its end.
        unread: How many rows of this batch cannot be told apart from others, so that any may be the
            missing one.
        newer: Items of the same list that were changed later than this one.
    """

    name: str
    roster: RosterKind | None = None
    series: tuple[str, ...] = ()
    complete: bool | None = None
    whole: bool = False
    unread: int = 0
    newer: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Batch:
    """A stretch of one item (a file) of a source.

    Attributes:
        position: The position after it, JSON-able, which only the source understands.
        withdrawn: Events by key that the source takes back. With a line, the source gave the event
            there before the line was whole. Without one, the event now has another key.
        retaken: Lines whose rejects no longer count.
        reread: Why the item is read again from its beginning: it changed, or its mapping did.
        last: Whether the item ends here.
    """

    item: str
    position: Any
    events: tuple[ReadEvent, ...] = ()
    roster: tuple[RosterRow, ...] = ()
    rejects: tuple[Reject, ...] = ()
    withdrawn: tuple[tuple[str, int | None], ...] = ()
    gone: tuple[Gone, ...] = ()
    # Events by key whose last words came from a line that was not whole, so that all may change.
    doubted: frozenset[str] = frozenset()
    retaken: tuple[int, ...] = ()
    reread: Literal["item", "mapping"] | None = None
    listing: Listing | None = None
    last: bool = True
    received: tuple[int, ...] = ()  # the received records that are now read
    rows: int = 0
    skipped: int = 0  # rows that the mapping says to skip
    done: int = 0  # bytes that a progress bar shows
    size: int = 0
