"""Ingest: what is new in the sources goes into the store, each batch with its position in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import structlog
from sqlalchemy import Connection

from engine.errors import SourcesError, StoreUnavailableError, UserError
from engine.flows.intake import roster as roster_rows
from engine.model.audit_action import AuditAction
from engine.model.duration import Duration
from engine.model.event import NewEvent
from engine.model.instant import DAY_US, Instant, from_us
from engine.model.intake import WHOLE, Batch, Reject
from engine.model.outages import USUAL, Feed, after_reading, worth_noting
from engine.ports import Source
from engine.store.alerts import evaluations
from engine.store.database.connection import Database
from engine.store.intake import events, positions, rejects, source_health
from engine.store.intake.rejects import OpenReject
from engine.store.operations import audit_log
from engine.store.people import roster

# The clock of a device may go ahead, and so may a time zone that was left out; more than that is a mistake.
AHEAD_US = DAY_US
_AT_ONCE = 5000  # rows that waited, read again in one transaction

_log = structlog.get_logger()


@dataclass(slots=True)
class IngestCounts:
    """What became of an item's rows. A row may make several events, or none where the mapping skips it."""

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


def run(
    database: Database,
    sources: Sequence[Source],
    timezone: str,
    now: Instant,
    unread_after: Duration = USUAL.unread_after,
    stopped: Callable[[], bool] = lambda: False,
) -> Mapping[str, int]:
    """Read all that is new in every source, as of `now` (microseconds since 1970); how many of what.

    `timezone` is the site's. A source that cannot be read does not keep the others from being read; then SourcesError.
    One that could not be read for `unread_after` (microseconds) counts as silent from then on. Once it is `stopped` no
    further batch is taken; what was not is read the next time.

    Raises:
        SourcesError: A source cannot be read. The others were read.
    """
    total = IngestCounts()
    failed = []
    for source in sources:
        if stopped():
            break
        try:
            for counts in read(database, source, timezone, now, stopped=stopped).values():
                total += counts
        except StoreUnavailableError:
            raise
        except (OSError, UserError) as error:
            _log.warning("a source cannot be read", source=source.name, error=type(error).__name__)
            failed.append(f"The source {source.name} cannot be read: {why_unread(error)}.")
            with database.read() as conn:
                known = source_health.known(conn, source.name, now)
            _note(
                database,
                source,
                known,
                now,
                frozenset(),
                went_well=False,
                unread_after=unread_after,
            )
    if failed:
        others = ["The others were read."] if len(failed) < len(sources) else []
        raise SourcesError(" ".join([*failed, *others]))
    return {name: getattr(total, name) for name in IngestCounts.__slots__}


def why_unread(error: OSError | UserError) -> str:
    """Why a source cannot be read, in words, without a full stop."""
    if isinstance(error, OSError) and error.filename is not None:
        if isinstance(error, FileNotFoundError):
            return f"the folder {error.filename} is not there"
        return f"{error.strerror} ({error.filename})"
    return str(error).removesuffix(".")


def read(
    database: Database,
    source: Source,
    timezone: str,
    now: Instant,
    progress: Callable[[Batch], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> dict[str, IngestCounts]:
    """Read all that is new in one source, or as much as there is time for until it is `stopped`.

    Returns:
        What became of the rows of each item.

    Raises:
        OSError: The source cannot be read. What was read before that is kept.
        UserError: The same, for a reason that a person can repair.
    """
    intake = _Intake(database, source.name, timezone, now)
    with database.read() as conn:
        known = positions.read(conn, source.name)
    for batch in source.read(known, from_us(now)):
        intake.take(batch)
        progress(batch)
        if stopped():
            return intake.counts
    with database.read() as conn:
        fared = source_health.known(conn, source.name, now)
        waited = set(rejects.waiting_no_more(conn, source.name, now))
        if intake.remapped:
            # Rows that stood in a file long ago may be read by now.
            waited |= {
                each
                for each in rejects.still_open(conn, source.name)
                if each.item in intake.remapped
            }
    _reread(intake, source, [each for each in waited if each.seen_at < now])
    _note(database, source, fared, now, intake.brought, went_well=True)
    return {item: counts for item, counts in intake.counts.items() if counts != IngestCounts()}


def _note(
    database: Database,
    source: Source,
    known: Feed,
    now: Instant,
    brought: Collection[str],
    *,
    went_well: bool,
    unread_after: Duration = USUAL.unread_after,
) -> None:
    """Write down how a source fares, unless there is nothing to say but that it fares on as it did a moment ago."""
    feed = after_reading(
        known,
        now,
        went_well=went_well,
        brought=brought,
        unread_after=unread_after,
        silent_after=source.silent_after,
    )
    if worth_noting(known, feed):
        with database.write() as conn:
            source_health.write(conn, source.name, feed)


def retry(
    database: Database, source: Source, timezone: str, now: Instant
) -> dict[str, IngestCounts]:
    """Read every row of a source that waits to be mended again, through mapping and roster as they are now."""
    intake = _Intake(database, source.name, timezone, now)
    with database.read() as conn:
        waiting = rejects.still_open(conn, source.name)
    _reread(intake, source, waiting)
    return intake.counts


def dismiss(database: Database, ids: Collection[int], now: Instant) -> set[int]:
    """Close rejects that nobody will mend; the ids of those that were open."""
    with database.write() as conn:
        dismissed = rejects.dismiss(conn, ids, now)
        for reject_id in sorted(dismissed):
            audit_log.record(
                conn,
                at=now,
                actor="terminal",
                action=AuditAction.REJECT_DISMISSED,
                subject=f"reject {reject_id}",
                detail={},
            )
    return dismissed


def _reread(intake: _Intake, source: Source, waiting: Sequence[OpenReject]) -> None:
    if not waiting:
        return
    with intake.database.read() as conn:
        known = positions.read(conn, source.name)
    for item, of_item in groupby(
        sorted(waiting, key=lambda reject: reject.item), key=lambda reject: reject.item
    ):
        found = list(of_item)
        for start in range(0, len(found), _AT_ONCE):
            some = found[start : start + _AT_ONCE]
            batch = source.reread(
                item, known.get(item), [Reject(each.line, each.reason, each.row) for each in some]
            )
            intake.take_again(batch, some)


@dataclass(slots=True)
class _Intake:
    """The way of one source's batches into the store; `counts` by item, `remapped` items with another mapping.

    `brought` are the kinds of the events that were new.
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
    _clocks: roster_rows.Clocks = field(default_factory=roster_rows.Clocks)

    def take(self, batch: Batch) -> None:
        """Commit a batch and its position together, or nothing of it."""
        with self.database.write() as conn:
            self._batches += 1
            if self._batches == 2:  # the usual single one comes whole or not at all
                source_health.begin(conn, self.source, self.now)
            rejects.mend_lines(conn, self.source, batch.item, batch.retaken, self.now)
            counts, _ = self._store(conn, batch)
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
            # A changed file that is mostly known is the same export, mended; else other rows have taken the place of
            # those that wait, and they wait on.
            known = total.duplicates + total.corrected
            if batch.reread == "item" and batch.last and known and known >= total.new:
                rejects.mend_unseen(conn, self.source, batch.item, self.now)
            positions.write(conn, self.source, batch.item, batch.position, self.now)

    def take_again(self, batch: Batch, waiting: Sequence[OpenReject]) -> None:
        """Commit rows that waited, those that are mended noted as such."""
        with self.database.write() as conn:
            counts, rejected = self._store(conn, batch)
            still = {(reject.line, reject.row) for reject in rejected}
            rejects.mend(
                conn, [each.id for each in waiting if (each.line, each.row) not in still], self.now
            )
        counts.rows = len(waiting)
        self._counts(batch.item, counts)

    def _counts(self, item: str, more: IngestCounts) -> IngestCounts:
        total = self.counts.setdefault(item, IngestCounts())
        total += more
        return total

    def _store(self, conn: Connection, batch: Batch) -> tuple[IngestCounts, Sequence[Reject]]:
        """What became of a batch, and all of its rows that are rejected."""
        origins = {
            key: None if line is None else f"{batch.item}:{line}" for key, line in batch.withdrawn
        }
        former = events.withdraw(conn, self.source, origins, self.now)
        people = roster_rows.take(conn, batch.roster, self.timezone, self._clocks, self.now)
        if batch.roster:
            self._clients.clear()
        placed, refused = self._place(conn, batch)
        rows = {f"{batch.item}:{event.line}": event for event in batch.events}
        gone, placed = _last_words(batch.gone, placed)
        taken_back = events.take_back(conn, self.source, batch.item, gone, self.now)

        def may_move(event: NewEvent, origin: str) -> bool:
            """A new mapping may mean another client or day, and so may a line once it is whole."""
            return batch.reread == "mapping" or (
                event.key in batch.doubted and event.origin == origin
            )

        added = events.add(conn, placed, self.now, may_move)
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
        earliest = (former.earliest, taken_back.earliest, people.earliest, added.earliest)
        evaluations.mark_dirty(conn, _earliest(*earliest))
        return IngestCounts(
            new=added.new + people.new,
            duplicates=added.duplicates + people.duplicates,
            corrected=added.corrected + people.corrected,
            withdrawn=former.withdrawn + taken_back.withdrawn,
            rejected=len(rejected),
        ), rejected

    def _place(self, conn: Connection, batch: Batch) -> tuple[list[NewEvent], list[Reject]]:
        """The events with their clients, in their clients' time; and rows whose clients are unknown.

        A row is taken wholly or not at all, so one unknown client keeps back all that it says.
        """
        clients, clocks, source, item = self._clients, self._clocks, self.source, batch.item
        clients.update(
            roster.find_clients(conn, {event.client for event in batch.events} - clients.keys())
        )
        refused = {}
        for event in batch.events:
            if event.client not in clients:
                reason = roster_rows.unknown_client(event.client)
                refused[event.line, event.row] = Reject(
                    event.line, reason, event.row, event.client, event.key
                )
        placed, latest = [], self.now + AHEAD_US
        for client_ref, kind, at, key, fields, note, line, local, row in batch.events:
            if refused and (line, row) in refused:
                continue
            client = clients[client_ref]
            try:
                instant = clocks[client.timezone][at] if local else at
            except ValueError as error:
                refused[line, row] = Reject(line, str(error), row, key=key)
                continue
            if instant > latest:
                refused[line, row] = _too_far_ahead(line, instant, row, key)
                continue
            placed.append(
                NewEvent(client.id, kind, instant, source, key, fields, note, f"{item}:{line}")
            )
        return placed, list(refused.values())


def _last_words(
    gone: Sequence[tuple[str, int]], placed: Sequence[NewEvent]
) -> tuple[dict[str, int], list[NewEvent]]:
    """Of each event only the last word of a batch counts: that a row makes it, or makes it no more."""
    lines = dict(gone)  # in the order of the lines, so that the last one stays
    if not lines:
        return {}, list(placed)
    said = {event.key: int(event.origin.rpartition(":")[2]) for event in placed}
    last = {key: line for key, line in lines.items() if line > said.get(key, 0)}
    return last, [event for event in placed if event.key not in last]


def _conflict(key: str, wrong: str) -> str:
    shown = key.partition(":")[2].replace("\x1f", " ")
    return (
        f"the id {shown} was read before, and now {wrong}; nothing was changed. "
        "Give the row an id of its own, or take the other row back first"
    )


def _too_far_ahead(line: int, instant: Instant, row: str, key: str) -> Reject:
    day = from_us(instant).date().isoformat()
    why = f"it is dated {day}, more than a day ahead; correct the date, or wait: it is read again the day before"
    return Reject(line, why, row, key=key, retry_at=instant - AHEAD_US)


def _earliest(*each: Mapping[int, Instant]) -> dict[int, Instant]:
    """The earliest instant of each client over several mappings."""
    earliest: dict[int, Instant] = {}
    for mapping in each:
        for client_id, at in mapping.items():
            earliest[client_id] = min(at, earliest.get(client_id, at))
    return earliest
