"""A batch of a source goes into the store with its position, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Connection

from engine.flows.intake import lists
from engine.flows.intake import roster as roster_rows
from engine.flows.intake.roster_outcome import Clocks, unknown_client
from engine.model.event import NewEvent
from engine.model.instant import DAY_US, Instant, from_us
from engine.model.intake import WHOLE, Batch, Gone, ReadEvent, Reject
from engine.store.alerts import due_clients
from engine.store.database.connection import Database
from engine.store.intake import events, merged_events, positions, received, rejects, source_health
from engine.store.intake.events import is_newer
from engine.store.intake.rejects import OpenReject
from engine.store.people import client_data, client_merges, roster

# The clock of a device may go ahead, and so may a time zone that was left out. More is a mistake.
AHEAD_US = DAY_US

_log = structlog.get_logger()


@dataclass(slots=True)
class IngestCounts:
    """The results of an item's rows. A row may make several events, or none if it is skipped."""

    rows: int = 0
    new: int = 0
    duplicates: int = 0
    corrected: int = 0
    withdrawn: int = 0
    skipped: int = 0
    rejected: int = 0

    def __iadd__(self, other: IngestCounts) -> IngestCounts:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


@dataclass(slots=True)
class BatchIntake:
    """Takes one source's batches into the store.

    Attributes:
        counts: The results of rows, by item.
        remapped: The items whose mapping changed.
        brought: The kinds of the new events.
    """

    database: Database
    source: str
    timezone: str
    now: Instant
    counts: dict[str, IngestCounts] = field(default_factory=dict)
    remapped: set[str] = field(default_factory=set)
    brought: set[str] = field(default_factory=set)
    _batches: int = 0
    _clients: dict[str, roster.KnownClient] = field(default_factory=dict)
    _seen: dict[str, lists.SeenRows] = field(default_factory=dict)
    _clocks: Clocks = field(default_factory=Clocks)

    def take(self, batch: Batch) -> None:
        """Commit a batch and its position together, or nothing of it."""
        with self.database.write() as conn:
            self._batches += 1
            if self._batches == 2:  # the usual single one comes whole or not at all
                source_health.begin(conn, self.source, self.now)
            rejects.fix_lines(conn, self.source, batch.item, batch.retaken, self.now)
            counts, _ = self.store(conn, batch)
            if any(reject.line == WHOLE for reject in batch.rejects):
                _log.warning(
                    "nothing of a file can be read; see handrail rejects",
                    source=self.source,
                    item=batch.item,
                )
            counts.rows, counts.skipped = batch.rows, batch.skipped
            total = self._counts(batch.item, counts)
            if batch.reread == "mapping":
                self.remapped.add(batch.item)
            # A changed file that is mostly known is the same export, fixed. Otherwise other rows
            # have taken the place of the waiting ones, and these wait on.
            known = total.duplicates + total.corrected
            if batch.reread == "item" and batch.last and known and known >= total.new:
                rejects.fix_unseen(conn, self.source, batch.item, self.now)
            positions.write(conn, self.source, batch.item, batch.position, self.now)
            received.mark_read(conn, batch.received, self.now)

    def take_again(self, batch: Batch, waiting: Sequence[OpenReject]) -> Sequence[Reject]:
        """Commit rows that waited, close those that are fixed, and return those that are not."""
        with self.database.write() as conn:
            counts, rejected = self.store(conn, batch)
            still = {(reject.line, reject.row) for reject in rejected}
            rejects.fix(
                conn, [each.id for each in waiting if (each.line, each.row) not in still], self.now
            )
        counts.rows = len(waiting)
        self._counts(batch.item, counts)
        return rejected

    def _counts(self, item: str, more: IngestCounts) -> IngestCounts:
        total = self.counts.setdefault(item, IngestCounts())
        total += more
        return total

    def store(self, conn: Connection, batch: Batch) -> tuple[IngestCounts, Sequence[Reject]]:
        """Store a batch in a transaction; return its results and all of its rejected rows."""
        origins = {
            key: None if line is None else f"{batch.item}:{line}" for key, line in batch.withdrawn
        }
        former = events.withdraw(conn, self.source, origins, self.now)
        back = lists.back(conn, self.source, batch)
        people = roster_rows.take(conn, batch.roster, self.timezone, self._clocks, self.now)
        reopened = lists.reopen(conn, batch.listing, back, self._clocks) if batch.listing else {}
        if batch.roster:
            self._clients.clear()
        merged = client_merges.standing(conn)
        placed, refused, said = self._place(conn, batch, merged)
        rows = {f"{batch.item}:{event.line}": event for event in batch.events}
        gone, placed = _last_words(batch, placed)
        taken_back = events.take_back(conn, self.source, batch.item, gone, self.now)

        def may_move(event: NewEvent, origin: str) -> bool:
            """Allow a new client or day under a new mapping, or for a line that is now whole."""
            return batch.reread == "mapping" or (
                event.key in batch.doubted and event.origin == origin
            )

        is_first = batch.item not in self.counts
        is_whole = is_first and batch.reread is not None and batch.last and not batch.rejects
        added = events.add(conn, placed, self.now, may_move, is_whole=is_whole)
        if merged:
            changed = {name: keys & added.changed for name, keys in said.items()}
            others = added.changed.difference(*changed.values())
            merged_events.say_of(conn, self.source, changed, others)
        if added.new or added.corrected:
            self.brought |= {event.kind for event in placed}
        conflicts = [
            Reject(rows[origin].line, _conflict(rows[origin].key, wrong), rows[origin].row)
            for origin, wrong in added.conflicts.items()
        ]
        rejected = [*batch.rejects, *people.rejects, *refused, *conflicts]
        settled = added.changed | taken_back.changed | people.taken
        rejects.settle(conn, self.source, settled, self.now)
        rejects.add(conn, self.source, batch.item, rejected, self.now)
        listed = self._compare(conn, batch, placed)
        earliest = (
            former.earliest, taken_back.earliest, people.earliest, added.earliest, reopened,
            listed.earliest,
        )  # fmt: skip
        due_clients.mark_dirty(conn, _earliest(*earliest))
        return IngestCounts(
            new=added.new + people.new,
            duplicates=added.duplicates + people.duplicates,
            corrected=added.corrected + people.corrected,
            withdrawn=former.withdrawn + taken_back.withdrawn + listed.ended,
            rejected=len(rejected),
        ), rejected

    def _compare(
        self, conn: Connection, batch: Batch, placed: Sequence[NewEvent]
    ) -> lists.ListResult:
        """Record the rows of a list, and at its end the ones that are gone from it."""
        if batch.listing is None:
            return lists.ListResult()
        seen = self._seen.setdefault(batch.item, lists.SeenRows())
        seen.see(batch, placed)
        return lists.take(conn, self.source, batch, seen, self._clocks, self.now)

    def _place(
        self, conn: Connection, batch: Batch, merged: Mapping[int, int]
    ) -> tuple[list[NewEvent], list[Reject], Mapping[int, set[str]]]:
        """Give the events of a batch to their clients, in local time.

        A row is taken as a whole or not at all, so one unknown client keeps back all of its events.

        Args:
            conn: The transaction.
            batch: The batch.
            merged: Into which client each merged client went, by id.

        Returns:
            The events, the rows of unknown clients, and the keys of events about merged clients by
            the id of the one whom the source means.
        """
        clients, clocks, source, item = self._clients, self._clocks, self.source, batch.item
        clients.update(
            roster.find_clients(conn, {event.client for event in batch.events} - clients.keys())
        )
        refused = {}
        unknown = {event.client for event in batch.events} - clients.keys()
        near = roster.near_refs(conn, unknown)
        # What a source still sends of an erased client is dropped, because a reject would keep it.
        erased = client_data.erased(conn, sorted(unknown))
        for event in batch.events:
            if event.client in unknown - erased:
                reason = unknown_client(event.client, near.get(event.client))
                refused[event.line, event.row] = Reject(
                    event.line, reason, event.row, event.client, event.key
                )
        placed, latest = [], self.now + AHEAD_US
        said: dict[int, set[str]] = defaultdict(set)
        for client_ref, kind, at, key, fields, note, line, local, row, version in batch.events:
            if (refused and (line, row) in refused) or client_ref in erased:
                continue
            client = clients[client_ref]
            try:
                instant = clocks[client.zones][at] if local else at
            except ValueError as error:
                refused[line, row] = Reject(line, str(error), row, key=key)
                continue
            if instant > latest:
                refused[line, row] = _too_far_ahead(line, instant, row, key)
                continue
            client_id = merged.get(client.id, client.id)
            if client_id != client.id:
                said[client.id].add(key)
            placed.append(
                NewEvent(
                    client_id, kind, instant, source, key, fields, note, f"{item}:{line}", version
                )
            )
        return placed, list(refused.values()), said


def _last_words(batch: Batch, placed: Sequence[NewEvent]) -> tuple[dict[str, Gone], list[NewEvent]]:
    """Return the last word of a batch about each event: a row makes it, or no longer makes it."""
    last: dict[str, Gone] = {}
    for gone in batch.gone:
        known = last.get(gone.key)
        if known is None or not is_newer(known.version, gone.version):
            last[gone.key] = gone
    if not last:
        return {}, list(placed)
    taken = {event.key for event in placed}
    for place, event in enumerate(batch.events):
        known = last.get(event.key)
        if known is not None and event.key in taken and _outlives(event, place, known):
            del last[event.key]
    return last, [event for event in placed if event.key not in last]


def _outlives(event: ReadEvent, place: int, gone: Gone) -> bool:
    """Return whether an event at a place of a batch is newer than the row that takes it back."""
    if event.version is not None and gone.version is not None:
        return event.version > gone.version
    return place >= gone.after


def _conflict(key: str, wrong: str) -> str:
    shown = key.partition(":")[2].replace("\x1f", " ")
    return (
        f"the id {shown} was read before, and now {wrong}; nothing was changed. "
        "Give the row an id of its own, or take the other row back first"
    )


def _too_far_ahead(line: int, instant: Instant, row: str, key: str) -> Reject:
    day = from_us(instant).date().isoformat()
    why = (
        f"it is dated {day}, more than a day ahead; correct the date, or wait: "
        "it is read again the day before"
    )
    return Reject(line, why, row, key=key, retry_at=instant - AHEAD_US)


def _earliest(*each: Mapping[int, Instant]) -> dict[int, Instant]:
    """Return the earliest instant of each client over several mappings."""
    earliest: dict[int, Instant] = {}
    for mapping in each:
        for client_id, at in mapping.items():
            earliest[client_id] = min(at, earliest.get(client_id, at))
    return earliest
