"""Which texts of clients a person has marked as seen."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, select, update

from engine.model.instant import Instant
from engine.store.tables.messages import inbox

_UNSEEN = (inbox.c.client_id == bindparam("client"), inbox.c.seen_at.is_(None))
_COUNT = select(func.count()).select_from(inbox).where(*_UNSEEN)
_UP_TO = select(inbox.c.id).where(*_UNSEEN, inbox.c.id <= bindparam("newest")).order_by(inbox.c.id)
_MARK = (
    update(inbox)
    .where(inbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(seen_by=bindparam("account"), seen_at=bindparam("now"))
)


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
        conn.execute(_MARK, {"ids": ids, "account": account_id, "now": now})
    return ids
