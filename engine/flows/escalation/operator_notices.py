"""Oversight: texts about no alert, to those who look after the engine or the site's people."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from engine.model.instant import Instant
from engine.model.message import NewMessage
from engine.model.staff import Staff
from engine.store.messages import outbox


def tell(conn: Connection, whom: Iterable[Staff], about: str, body: str, now: Instant) -> None:
    """Put a text for each of them into the outbox; `about` sets it apart from others of `now`."""
    for one in whom:
        outbox.enqueue(conn, NewMessage(None, 0, one.id, f"{about} {now}", body, now, due_at=now))
