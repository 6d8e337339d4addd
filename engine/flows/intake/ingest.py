"""Ingest: put new rows of the sources into the store, each batch with its position."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, groupby
from typing import Any, cast

import structlog

from engine.errors import SourcesError, StoreUnavailableError, UserError
from engine.flows.intake import received
from engine.flows.intake.batch_intake import BatchIntake, IngestCounts
from engine.model.audit_action import AuditAction
from engine.model.duration import Duration
from engine.model.instant import Instant, from_us
from engine.model.intake import Batch, Reject
from engine.model.outages import USUAL, Feed, after_reading, worth_noting
from engine.ports import AnySource, ClientSource, ReceivingSource, Source
from engine.store.alerts import due_clients
from engine.store.database.connection import Database
from engine.store.intake import positions, rejects, source_health
from engine.store.intake.rejects import OpenReject
from engine.store.operations import audit_log
from engine.store.people import roster
from engine.store.schedules import expectations

_AT_ONCE = 5000  # waiting rows that one transaction reads again

_log = structlog.get_logger()


def run(
    database: Database,
    sources: Sequence[AnySource],
    timezone: str,
    now: Instant,
    unread_after: Duration = USUAL.unread_after,
    stopped: Callable[[], bool] = lambda: False,
) -> Mapping[str, int]:
    """Read all that is new in every source; the rosters of all come before any events.

    Args:
        database: The site's database.
        sources: The site's sources.
        timezone: The site's timezone; people whose row names none have it.
        now: The present instant.
        unread_after: A source that could not be read for this long counts as silent.
        stopped: Once it is true no further batch is taken, and the rest is read the next time.

    Returns:
        The counts of all sources together, by the names of IngestCounts.

    Raises:
        SourcesError: One or several sources cannot be read. The others were read before this.
        StoreUnavailableError: The database cannot be used. The reading ended there.
    """
    total = IngestCounts()
    readings = [SourceReading(database, each, timezone, now, stopped=stopped) for each in sources]
    failed: dict[int, str] = {}  # by the place of the source
    for step in (SourceReading.take_roster, SourceReading.take_events):
        for place, reading in enumerate(readings):
            name = reading.source.name
            if place in failed or any(each.halted for each in readings):
                continue
            try:
                for counts in (step(reading) or {}).values():
                    total += counts
            except StoreUnavailableError:
                raise
            except (OSError, UserError) as error:
                _log.warning("a source cannot be read", source=name, error=type(error).__name__)
                failed[place] = f"The source {name} cannot be read: {why_unread(error)}."
                _note_failure(database, reading.source, now, unread_after)
    if failed:
        others = ["The others were read."] if len(failed) < len(sources) else []
        raise SourcesError(" ".join([*failed.values(), *others]))
    return {name: getattr(total, name) for name in IngestCounts.__slots__}


def why_unread(error: OSError | UserError) -> str:
    """Return why a source cannot be read, in words, without a full stop."""
    if isinstance(error, OSError) and error.filename is not None:
        if isinstance(error, FileNotFoundError):
            return f"the folder {error.filename} is not there"
        return f"{error.strerror} ({error.filename})"
    return str(error).removesuffix(".")


def read(
    database: Database,
    source: AnySource,
    timezone: str,
    now: Instant,
    progress: Callable[[Batch], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> dict[str, IngestCounts]:
    """Read all that is new in one source, or as much as there is time for until it is `stopped`.

    Returns:
        The results of the rows of each item.

    Raises:
        OSError: The source cannot be read. Rows read before that are kept.
        UserError: The same, if a person can repair the cause.
    """
    reading = SourceReading(database, source, timezone, now, progress, stopped)
    reading.take_roster()
    return reading.take_events()


class SourceReading:
    """One reading of a source, in two parts, so that the rosters of all sources come before events.

    Both parts raise OSError or UserError if the source cannot be read; rows read before that are
    kept. A source yields its roster first. Once it is `stopped` no further batch is taken.
    """

    def __init__(
        self,
        database: Database,
        source: AnySource,
        timezone: str,
        now: Instant,
        progress: Callable[[Batch], None] = lambda _: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self.source = source
        # A protocol is looked up slowly, and each reading asks.
        self._receiving = source if isinstance(source, ReceivingSource) else None
        self._intake = BatchIntake(database, source.name, timezone, now)
        self._progress, self._stopped = progress, stopped
        self._batches: Iterator[Batch] = iter(())
        self._held: Batch | None = None  # the first batch with events
        self.halted = False  # whether it was stopped before its end

    def take_roster(self) -> None:
        """Read up to the first event."""
        self.halted = self._stopped()
        if self.halted:
            return
        with self._intake.database.read() as conn:
            known = positions.read(conn, self.source.name)
        self._batches = self._batches_after(known)
        for batch in self._batches:
            if batch.events or batch.gone or batch.withdrawn:
                self._held = batch
                return
            self._take(batch)
            if self.halted:
                return

    def take_events(self) -> dict[str, IngestCounts]:
        """Read the rest, and the rows that waited for other rows; return the counts by item."""
        intake, source = self._intake, self.source
        if self._held:
            self._batches = chain([self._held], self._batches)
        while not self.halted and (batch := next(self._batches, None)):
            self._take(batch)
        if self.halted:
            return intake.counts
        with intake.database.read() as conn:
            fared = source_health.known(conn, source.name, intake.now)
            waited = set(rejects.waiting_no_more(conn, source.name, intake.now))
            if intake.remapped:
                # Rows that stood in a file long ago may be readable now.
                waited |= {
                    each
                    for each in rejects.still_open(conn, source.name)
                    if each.item in intake.remapped
                }
        _reread(intake, source, [each for each in waited if each.seen_at < intake.now])
        _note(intake.database, source, fared, intake.now, intake.brought, went_well=True)
        if self._receiving:
            received.forget(intake.database, self._receiving, intake.now)
        return {item: counts for item, counts in intake.counts.items() if counts != IngestCounts()}

    def _batches_after(self, known: Mapping[str, Any]) -> Iterator[Batch]:
        """Yield the batches after the `known` positions."""
        intake = self._intake
        if self._receiving:
            return received.read_waiting(intake.database, self._receiving, known, intake.now)
        source = cast(Source, self.source)
        if isinstance(source, ClientSource):
            source.about(partial(_client_refs, intake.database))
        return source.read(known, from_us(intake.now))

    def _take(self, batch: Batch) -> None:
        self._intake.take(batch)
        self._progress(batch)
        self.halted = self._stopped()


def _note_failure(
    database: Database, source: AnySource, now: Instant, unread_after: Duration
) -> None:
    with database.read() as conn:
        known = source_health.known(conn, source.name, now)
    nothing = frozenset[str]()
    _note(database, source, known, now, nothing, went_well=False, unread_after=unread_after)


def _note(
    database: Database,
    source: AnySource,
    known: Feed,
    now: Instant,
    brought: Collection[str],
    *,
    went_well: bool,
    unread_after: Duration = USUAL.unread_after,
) -> None:
    """Record the state of a source, unless it is the same as a moment ago."""
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
            if went_well and not known.is_read:
                # What clients were due to do may have waited for it.
                due_clients.mark_dirty(conn, expectations.waiting(conn, now))


def retry(
    database: Database, source: AnySource, timezone: str, now: Instant
) -> dict[str, IngestCounts]:
    """Read every rejected row of a source again, through mapping and roster as they are now."""
    intake = BatchIntake(database, source.name, timezone, now)
    with database.read() as conn:
        waiting = rejects.still_open(conn, source.name)
    _reread(intake, source, waiting)
    # Rows that waited for a row of the roster are free now.
    with database.read() as conn:
        free = rejects.waiting_no_more(conn, source.name, now)
    _reread(intake, source, free)
    return intake.counts


def take_one_again(
    database: Database, source: AnySource, reject: OpenReject, row: str, timezone: str, now: Instant
) -> str:
    """Read a rejected row again, perhaps with another text that a person wrote.

    Args:
        database: The site's database.
        source: The source of the row.
        reject: The row that waits.
        row: The text that is read; if it cannot be read, it waits in place of the old one.
        timezone: The site's timezone.
        now: The present instant.

    Returns:
        Why it cannot be read; empty if it was.

    Raises:
        OSError: The source cannot be read.
        UserError: The same, if a person can repair the cause.
    """
    with database.read() as conn:
        position = positions.read(conn, source.name).get(reject.item)
    again = [Reject(reject.line, reject.reason, row)]
    if isinstance(source, ReceivingSource):
        batch = received.reread(database, source, position, again)
    else:
        batch = source.reread(reject.item, position, again)
    rejected = BatchIntake(database, source.name, timezone, now).take_again(batch, [reject])
    return next((one.reason for one in rejected), "")


def dismiss(
    database: Database, ids: Collection[int], now: Instant, actor: str = "terminal"
) -> set[int]:
    """Close rejects that will not be fixed; return the ids of those that were open."""
    with database.write() as conn:
        dismissed = rejects.dismiss(conn, ids, now)
        for reject_id in sorted(dismissed):
            audit_log.record(
                conn,
                at=now,
                actor=actor,
                action=AuditAction.REJECT_DISMISSED,
                subject=f"reject {reject_id}",
                detail={},
            )
    return dismissed


def _reread(intake: BatchIntake, source: AnySource, waiting: Sequence[OpenReject]) -> None:
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
            again = [Reject(each.line, each.reason, each.row) for each in some]
            if isinstance(source, ReceivingSource):
                batch = received.reread(intake.database, source, known.get(item), again)
            else:
                batch = source.reread(item, known.get(item), again)
            intake.take_again(batch, some)


def _client_refs(database: Database) -> Sequence[str]:
    with database.read() as conn:
        return roster.client_refs(conn)
