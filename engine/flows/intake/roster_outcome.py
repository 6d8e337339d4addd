"""What becomes of rows of the roster, and what all kinds of rows share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from engine.model.client import RecordEntry
from engine.model.instant import Instant
from engine.model.intake import DatedValue, Reject, RosterRow
from engine.model.local_time import WallClock, Zones
from engine.model.record import earliest_change
from engine.store.people import client_data, roster

IN_A_MAPPING = "In a mapping, pad:, strip: and upper: write refs alike"


class Clocks(dict[Zones, WallClock]):
    """The wall clock of the people who lived in the same timezones at the same times."""

    def __missing__(self, zones: Zones) -> WallClock:
        clock = self[zones] = WallClock(zones)
        return clock


@dataclass(slots=True)
class RosterRowResult:
    """The results of roster rows; `earliest` is the first instant that changed, by client id."""

    new: int = 0
    duplicates: int = 0
    corrected: int = 0
    rejects: list[Reject] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)  # the keys of rows that were taken
    earliest: dict[int, Instant] = field(default_factory=dict)

    def count(self, row: RosterRow, change: roster.Change) -> None:
        """Count one row that was taken."""
        self.taken.add(row.key)
        self.new += change == "new"
        self.corrected += change == "corrected"
        self.duplicates += change == "duplicate"


@dataclass(frozen=True, slots=True)
class NamedClients:
    """The clients whom rows name by ref, and what is known of refs that name none."""

    known: Mapping[str, roster.KnownClient]
    erased: frozenset[str]
    near: Mapping[str, str]

    @classmethod
    def read(cls, conn: Connection, rows: Sequence[RosterRow]) -> NamedClients:
        """Read the clients of the rows."""
        refs = {row.values["client"] or "" for row in rows}
        known = roster.find_clients(conn, refs)
        unknown = refs - known.keys()
        erased = frozenset(client_data.erased(conn, sorted(unknown)))
        return cls(known, erased, roster.near_refs(conn, unknown))

    def of(self, row: RosterRow, outcome: RosterRowResult) -> roster.KnownClient | None:
        """Return the client of a row; None if nobody has the ref.

        The row of a client whose data were erased is passed over; that of an unknown client is
        rejected, and waits for the ref.
        """
        ref = row.values["client"] or ""
        client = self.known.get(ref)
        if client is None and ref not in self.erased:
            reason = unknown_client(ref, self.near.get(ref))
            outcome.rejects.append(Reject(row.line, reason, row.row, ref, row.key))
        return client


def unknown_client(ref: str, near: str | None = None) -> str:
    """Say why a row about a person who is not in the roster is rejected; `near` may be meant."""
    return f"no client '{ref}' is in the roster{meant(near) if near else ''}"


def meant(near: str) -> str:
    """Return the question whether a near ref is meant."""
    return f"; did you mean '{near}'? {IN_A_MAPPING}"


def placed_at(
    moments: Mapping[str, DatedValue | None], clock: WallClock
) -> dict[str, Instant | None]:
    """Return the instants of a row's dates; None for an empty cell."""
    return {
        word: None if moment is None else clock[moment.at] if moment.local else moment.at
        for word, moment in moments.items()
    }


def write_records(
    conn: Connection,
    before: Mapping[int, Sequence[RecordEntry]],
    records: Mapping[int, Sequence[RecordEntry]],
    outcome: RosterRowResult,
) -> None:
    """Write the records of clients that differ from those before."""
    changes = []
    for client_id, record in records.items():
        changed = earliest_change(before[client_id], record)
        if changed is not None:
            outcome.earliest[client_id] = min(changed, outcome.earliest.get(client_id, changed))
            changes.append(record_change(client_id, before[client_id], record))
    roster.change_records(conn, changes)


def record_change(
    client_id: int, before: Sequence[RecordEntry], after: Sequence[RecordEntry]
) -> roster.RecordChange:
    """Return what makes one record of another."""
    gone, come = set(before) - set(after), set(after) - set(before)
    return roster.RecordChange(client_id, sorted(gone), sorted(come))
