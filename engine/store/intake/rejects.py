"""Rows that could not be read, kept until they are fixed or dismissed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, or_, select, true, update

from engine.model.instant import Instant
from engine.model.intake import Reject
from engine.store.database.prepared import prepared
from engine.store.database.upsert import insert_of
from engine.store.tables.intake import rejects
from engine.store.tables.people import client_identifiers, clients, staff

_OPEN = and_(rejects.c.fixed_at.is_(None), rejects.c.dismissed_at.is_(None))


class OpenReject(NamedTuple):
    """A row that waits to be fixed; `seen_at` is when it last failed to be read."""

    id: int
    source: str
    item: str
    line: int
    reason: str
    row: str
    seen_at: Instant


_STILL_OPEN = (
    select(*[rejects.c[name] for name in OpenReject._fields])
    .where(_OPEN)
    .order_by(rejects.c.source, rejects.c.item, rejects.c.line, rejects.c.id)
)
_WAITING_NO_MORE = prepared(
    _STILL_OPEN.where(
        rejects.c.source == bindparam("from"),
        or_(
            rejects.c.retry_at <= bindparam("now"),
            select(clients.c.ref).where(clients.c.ref == rejects.c.waits_for).exists(),
            select(client_identifiers.c.name)
            .where(
                client_identifiers.c.name == rejects.c.waits_for,
                client_identifiers.c.withdrawn_at.is_(None),
            )
            .exists(),
            and_(
                or_(
                    rejects.c.key.startswith("assignments:"), rejects.c.key.startswith("consents:")
                ),
                select(staff.c.ref).where(staff.c.ref == rejects.c.waits_for).exists(),
            ),
        ),
    )
)


_NUMBERS = select(rejects.c.source, func.count()).where(_OPEN).group_by(rejects.c.source)
_KEYED = prepared(
    select(rejects.c.id, rejects.c.key).where(
        _OPEN, rejects.c.source == bindparam("from"), rejects.c.key.is_not(None)
    )
)


def add(conn: Connection, source: str, item: str, found: Sequence[Reject], now: Instant) -> None:
    """Quarantine rows; a row that is there already is open again, unless it was dismissed."""
    if not found:
        return
    insert = insert_of(conn.dialect.name, rejects)
    told = {
        word: insert.excluded[word]
        for word in ("reason", "waits_for", "key", "retry_at", "seen_at")
    }
    upsert = insert.on_conflict_do_update(
        index_elements=["source", "item", "line", "digest"], set_={**told, "fixed_at": None}
    )
    conn.execute(
        upsert,
        [
            {
                "source": source,
                "item": item,
                "line": reject.line,
                "reason": reject.reason,
                "row": reject.row,
                "digest": blake2b(reject.row.encode(), digest_size=16).hexdigest(),
                "waits_for": reject.waits_for,
                "key": reject.key,
                "retry_at": reject.retry_at,
                "seen_at": now,
            }
            for reject in found
        ],
    )


def still_open(conn: Connection, source: str | None = None) -> Sequence[OpenReject]:
    """Return every row that waits to be fixed, of one source or of all, in order of place."""
    of_source = true() if source is None else rejects.c.source == source
    return [OpenReject(*row) for row in conn.execute(_STILL_OPEN.where(of_source))]


def waiting_no_more(conn: Connection, source: str, now: Instant) -> Sequence[OpenReject]:
    """Return rows that waited for a person who is in the roster now, or for their date."""
    asked = {"from": source, "now": now}
    return [OpenReject(*row) for row in conn.execute(_WAITING_NO_MORE, asked)]


def numbers_open(conn: Connection) -> dict[str, int]:
    """Return how many rows of each source wait to be fixed; none that has none."""
    return {row[0]: row[1] for row in conn.execute(_NUMBERS)}


def fix(conn: Connection, ids: Collection[int], now: Instant) -> None:
    """Close rows that were read after all."""
    if ids:
        conn.execute(update(rejects).where(rejects.c.id.in_(ids)).values(fixed_at=now))


def settle(conn: Connection, source: str, keys: Collection[str], now: Instant) -> None:
    """Close rows of a source whose event or roster row was read since, in any place."""
    if keys:
        waiting = conn.execute(_KEYED, {"from": source})
        fix(conn, [row.id for row in waiting if row.key in keys], now)


def fix_lines(
    conn: Connection, source: str, item: str, lines: Collection[int], now: Instant
) -> None:
    """Close rows at these lines of an item, because their mistakes are gone."""
    if lines:
        of_lines = and_(
            _OPEN, rejects.c.source == source, rejects.c.item == item, rejects.c.line.in_(lines)
        )
        conn.execute(update(rejects).where(of_lines).values(fixed_at=now))


def fix_unseen(conn: Connection, source: str, item: str, now: Instant) -> None:
    """Close rows that were not seen again when the item was read as a whole at `now`."""
    of_item = and_(
        _OPEN, rejects.c.source == source, rejects.c.item == item, rejects.c.seen_at < now
    )
    conn.execute(update(rejects).where(of_item).values(fixed_at=now))


def dismiss(conn: Connection, ids: Collection[int], now: Instant) -> set[int]:
    """Close rows that will not be fixed; return the ids of those that were open."""
    dismissed = (
        update(rejects)
        .where(_OPEN, rejects.c.id.in_(ids))
        .values(dismissed_at=now)
        .returning(rejects.c.id)
    )
    return set(conn.scalars(dismissed))
