"""Records that come over a network: taken before the sender is told, and read after that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from engine.model.instant import Instant
from engine.model.intake import Batch, Reject
from engine.model.received import Receipt, ReceivedRecord
from engine.ports import ReceivingSource
from engine.store.database.connection import Database
from engine.store.intake import positions, received

# So many records are read, and their events committed, at a time.
_AT_ONCE = 500


def take(database: Database, source: str, key: str | None, body: bytes, now: Instant) -> Receipt:
    """Keep a record; when this returns, it is on the disk, and the sender may forget it.

    Args:
        database: The site's database.
        source: The name of the source.
        key: The sender's own key of this record, which counts once; None if it gives none.
        body: The record as it came.
        now: The present instant.

    Raises:
        StoreUnavailableError: It was not kept; the sender must try again.
    """
    with database.write() as conn:
        return received.add(conn, source, key, body, now)


def read_waiting(
    database: Database, source: ReceivingSource, known: Mapping[str, Any], now: Instant
) -> Iterator[Batch]:
    """Yield the waiting records of a source; each batch is committed before the next is asked for.

    After a change of the mapping, everything that is kept waits again.
    """
    mark = source.mark()
    position = known.get(source.item)
    if position is None or position["mark"] != mark:
        position = _begin_again(database, source, position, now)
    while True:
        with database.read() as conn:
            records = received.waiting(conn, source.name, _AT_ONCE)
        if not records:
            return
        for again, some in groupby(records, lambda one: one.id <= position["again_to"]):
            yield _batch(source, list(some), position, again)


def _begin_again(
    database: Database, source: ReceivingSource, before: Any, now: Instant
) -> dict[str, Any]:
    """Let all kept records wait, and keep the mark by which their events were made before."""
    former = [] if before is None else [*before["former"], before["mark"]]
    with database.write() as conn:
        again_to = received.read_all_again(conn, source.name) if former else 0
        position = {"mark": source.mark(), "former": former, "again_to": again_to}
        positions.write(conn, source.name, source.item, position, now)
    return position


def _batch(
    source: ReceivingSource, records: Sequence[ReceivedRecord], position: Any, again: bool
) -> Batch:
    batch = source.batch(records, position["former"] if again else [], position)
    return replace(
        batch,
        received=tuple(one.id for one in records),
        reread="mapping" if again else None,
        last=True,
    )


def reread(
    database: Database,
    source: ReceivingSource,
    position: Any,
    rejects: Sequence[Reject],
) -> Batch:
    """Read rejected records again as they came, through the present mapping."""
    with database.read() as conn:
        records = received.by_id(conn, source.name, {reject.line for reject in rejects})
    batch = source.batch(records, [], position)
    kept = {one.id for one in records}
    lost = tuple(reject for reject in rejects if reject.line not in kept)
    return replace(batch, rejects=(*batch.rejects, *lost))


def forget(database: Database, source: ReceivingSource, now: Instant) -> None:
    """Delete records that were read and are older than the source keeps them."""
    with database.read() as conn:
        old = received.has_old(conn, source.name, now - source.keep)
    if old:
        with database.write() as conn:
            received.forget(conn, source.name, now - source.keep)
