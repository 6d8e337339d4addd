"""The state of each source, and a trial of one that writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from engine.model.duration import Duration
from engine.model.instant import Instant, from_us
from engine.model.intake import Batch
from engine.model.outages import Feed
from engine.model.settings import Settings
from engine.model.source_settings import SourceSettings
from engine.ports import AnySource, ClientSource, ReceivingSource
from engine.store.database.connection import Database
from engine.store.intake import received, rejects, source_health
from engine.store.people import roster

_TRIED = 20  # received records that a trial reads


class SourceCondition(StrEnum):
    """How a source fares."""

    WELL = "well"
    UNREAD = "unread"  # the last reading failed or has not ended
    OUT = "out"  # it counts as silent
    NEW = "never read"


class SourceState(NamedTuple):
    """A source as the last readings left it.

    Attributes:
        condition: How it fares.
        why: Why it counts as out; "" if it does not.
        read_at: The last good reading; None if there was none.
        arrived_at: When it last brought something new.
        lag: How long ago that was, in microseconds.
        waiting: Records that came over a network and are not read yet.
        rejects: Rows that wait to be corrected.
        next_at: When it is next asked; None if it calls us.
    """

    name: str
    type: str
    condition: SourceCondition
    why: str
    read_at: Instant | None
    arrived_at: Instant | None
    lag: Duration | None
    waiting: int
    rejects: int
    next_at: Instant | None


def source_states(
    database: Database, settings: Settings, calls_us: frozenset[str], now: Instant
) -> list[SourceState]:
    """Return the state of each source of the settings, in their order.

    Args:
        database: The site's database.
        settings: The site's settings.
        calls_us: The names of the sources that call us, and are not asked.
        now: The present instant.
    """
    with database.read() as conn:
        feeds, wrong = source_health.read(conn), rejects.numbers_open(conn)
        waiting = received.numbers_waiting(conn)
    return [
        _state(
            each, feeds.get(each.name), wrong.get(each.name, 0), waiting.get(each.name, 0),
            None if each.name in calls_us else each.poll_interval or settings.ticks.ingest, now,
        )
        for each in settings.sources
    ]  # fmt: skip


def _state(
    source: SourceSettings,
    feed: Feed | None,
    wrong: int,
    waiting: int,
    every: Duration | None,
    now: Instant,
) -> SourceState:
    if feed is None:
        return SourceState(
            source.name,
            source.type,
            SourceCondition.NEW,
            "",
            None,
            None,
            None,
            waiting,
            wrong,
            None,
        )
    condition = (
        SourceCondition.OUT
        if feed.out_since is not None
        else SourceCondition.WELL
        if feed.is_read
        else SourceCondition.UNREAD
    )
    return SourceState(
        source.name, source.type, condition, feed.why, feed.read, feed.arrived,
        now - feed.arrived, waiting, wrong, None if every is None else max(feed.tried + every, now),
    )  # fmt: skip


def first_batch(database: Database | None, source: AnySource, now: Instant) -> Batch | None:
    """Read the first rows that a source has, and write nothing.

    Args:
        database: The site's database; None if there is none yet.
        source: The source.
        now: The present instant.

    Returns:
        The first batch with any rows, of received records the last ones; None if there is none.

    Raises:
        OSError: The source cannot be read.
        UserError: The same, if a person can repair the cause.
    """
    return next((batch for batch in _batches(database, source, now) if batch.rows), None)


def client_refs(database: Database | None) -> Sequence[str]:
    """Return the refs of the clients in the roster; none without a database."""
    if database is None:
        return ()
    with database.read() as conn:
        return roster.client_refs(conn)


def _batches(database: Database | None, source: AnySource, now: Instant) -> Iterator[Batch]:
    if not isinstance(source, ReceivingSource):
        if isinstance(source, ClientSource):
            refs = client_refs(database)
            source.about(lambda: refs)
        yield from source.read({}, from_us(now))
    elif database is not None:
        with database.read() as conn:
            records = received.last(conn, source.name, _TRIED)
        yield source.batch(records, [], None)
