"""Which texts of clients a person has marked as seen."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, insert, select

from engine.model.instant import Instant
from engine.store.tables.messages import inbox, seen_texts

_UNSEEN = (
    select(inbox.c.id)
    .outerjoin(seen_texts, seen_texts.c.inbox_id == inbox.c.id)
    .where(inbox.c.client_id == bindparam("client"), seen_texts.c.inbox_id.is_(None))
)
_UP_TO = _UNSEEN.where(inbox.c.id <= bindparam("newest")).order_by(inbox.c.id)
_COUNT = select(func.count()).select_from(_UNSEEN.subquery())
_MARK = insert(seen_texts)


def unseen_of(conn: Connection, client_id: int) -> int:
    """Return how many texts of a client no person has marked as seen."""
    return conn.scalar(_COUNT, {"client": client_id}) or 0


def mark(conn: Connection, client_id: int, newest: int, account_id: int, now: Instant) -> list[int]:
    """Mark a client's texts as seen, up to the newest one that the person was shown.

    Returns:
        The ids of the texts that no person had seen before.
    """
    ids = list(conn.scalars(_UP_TO, {"client": client_id, "newest": newest}))
    if ids:
        conn.execute(_MARK, [{"inbox_id": id_, "account_id": account_id, "at": now} for id_ in ids])
    return ids
