"""Received records: what came over a network, until it is read and no longer kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import sha256

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update

from engine.model.instant import Instant
from engine.model.received import Receipt, ReceivedRecord
from engine.store.database.parameter_limit import in_parts
from engine.store.database.upsert import add_row
from engine.store.tables.intake import received

_OF_SOURCE = received.c.source == bindparam("from")
_RECORD = select(received.c.id, received.c.body).where(_OF_SOURCE).order_by(received.c.id)
_WAITING = _RECORD.where(received.c.read_at.is_(None)).limit(bindparam("most"))
_BY_ID = _RECORD.where(received.c.id.in_(bindparam("ids", expanding=True)))
_NEWEST = select(func.max(received.c.id)).where(_OF_SOURCE)
_DIGEST = select(received.c.digest).where(_OF_SOURCE, received.c.key == bindparam("known"))
_OLD = and_(
    _OF_SOURCE, received.c.read_at.is_not(None), received.c.arrived_at < bindparam("before")
)
_FIRST_OLD = select(received.c.id).where(_OLD).limit(1)
_NUMBERS = (
    select(received.c.source, func.count())
    .where(received.c.read_at.is_(None))
    .group_by(received.c.source)
)
_LAST = select(received.c.id, received.c.body).where(_OF_SOURCE).order_by(received.c.id.desc())


def add(conn: Connection, source: str, key: str | None, body: bytes, now: Instant) -> Receipt:
    """Keep a record until it is read.

    Args:
        conn: The transaction; the sender may be told once it is committed.
        source: The name of the source.
        key: The sender's own key of this record; a key counts once. None if it gives none.
        body: The record.
        now: When it came.
    """
    digest = sha256(body).hexdigest()
    row = {"source": source, "key": key, "digest": digest, "body": body, "arrived_at": now}
    if key is None:
        conn.execute(insert(received), row)
        return Receipt.NEW
    if add_row(conn, received, row) is not None:
        return Receipt.NEW
    known = conn.scalar(_DIGEST, {"from": source, "known": key})
    return Receipt.KNOWN if known == digest else Receipt.CONFLICT


def waiting(conn: Connection, source: str, most: int) -> Sequence[ReceivedRecord]:
    """Return the first records of a source that are not read yet, in the order of their ids."""
    return [ReceivedRecord(*row) for row in conn.execute(_WAITING, {"from": source, "most": most})]


def by_id(conn: Connection, source: str, ids: Collection[int]) -> Sequence[ReceivedRecord]:
    """Return those of these records that are still kept, in the order of their ids."""
    return [
        ReceivedRecord(*row)
        for some in in_parts(sorted(ids))
        for row in conn.execute(_BY_ID, {"from": source, "ids": some})
    ]


def last(conn: Connection, source: str, most: int) -> Sequence[ReceivedRecord]:
    """Return the last records of a source that are kept, in the order of their ids."""
    found = conn.execute(_LAST.limit(most), {"from": source})
    return [ReceivedRecord(*row) for row in found][::-1]


def numbers_waiting(conn: Connection) -> dict[str, int]:
    """Return how many records of each source wait to be read; none that has none."""
    return {row[0]: row[1] for row in conn.execute(_NUMBERS)}


def mark_read(conn: Connection, ids: Collection[int], now: Instant) -> None:
    """Record that records are read, in the transaction that stores their events."""
    for some in in_parts(sorted(ids)):
        conn.execute(update(received).where(received.c.id.in_(some)).values(read_at=now))


def read_all_again(conn: Connection, source: str) -> int:
    """Let all records of a source wait again; return the id of the last one, or 0 without any."""
    conn.execute(update(received).where(received.c.source == source).values(read_at=None))
    return conn.scalar(_NEWEST, {"from": source}) or 0


def has_old(conn: Connection, source: str, before: Instant) -> bool:
    """Return whether a source has records that came before an instant and are read."""
    return conn.scalar(_FIRST_OLD, {"from": source, "before": before}) is not None


def forget(conn: Connection, source: str, before: Instant) -> None:
    """Delete the records of a source that came before an instant and are read."""
    conn.execute(delete(received).where(_OLD), {"from": source, "before": before})
