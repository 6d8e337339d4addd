"""Notices to operators: texts about no alert, to those who look after the engine or the site."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from engine.model.instant import Instant
from engine.model.message import MessageKind, NewMessage
from engine.model.staff import Staff
from engine.store.messages import outbox


def tell(
    conn: Connection,
    whom: Iterable[Staff],
    kind: MessageKind,
    body: str,
    now: Instant,
    *,
    subject_id: int = 0,
) -> None:
    """Put a text for each of them into the outbox.

    Args:
        conn: A connection in a transaction that writes.
        whom: Those who are told.
        kind: What the text is for; of one kind and subject each gets one text an instant.
        body: The words.
        now: The present instant.
        subject_id: The staff whom the text is about; 0 where it is about none.
    """
    for one in whom:
        message = NewMessage(
            None, 0, one.id, kind, body, now, due_at=now, sequence=now, subject_id=subject_id
        )
        outbox.enqueue(conn, message)
