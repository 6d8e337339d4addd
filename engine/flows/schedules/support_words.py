"""Words that support a client go out beside the alert about them, never instead of a person."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from engine.model.instant import DAY_US, HOUR_US, Instant
from engine.model.message import MessageKind
from engine.model.questions import ClientMessage
from engine.store.messages import client_texts_out
from engine.store.people import agreements

# Texts that a client gets in 24 hours at most.
MOST_A_DAY = 4
# Words that quiet hours or the carrier hold up for longer are of no use any more.
_OF_USE_US = 14 * HOUR_US


def support(
    conn: Connection, messages: Mapping[int, tuple[int, ClientMessage]], now: Instant
) -> None:
    """Put words for clients into the outbox, if they agreed to texts.

    Args:
        conn: A connection in a transaction that writes.
        messages: By the id of the alert, the client and the message.
        now: The present instant.
    """
    if not messages:
        return
    agreed = agreements.reachable(conn, {client_id for client_id, _ in messages.values()})
    for alert_id, (client_id, message) in messages.items():
        if client_id in agreed and has_room(conn, client_id, now):
            body = message.words(agreed[client_id].language)
            client_texts_out.enqueue(
                conn, client_id, MessageKind.CLIENT_WORDS, alert_id, body, now, now + _OF_USE_US
            )


def has_room(conn: Connection, client_id: int, now: Instant) -> bool:
    """Return whether a client may get one more text today."""
    return client_texts_out.count_since(conn, client_id, now - DAY_US) < MOST_A_DAY
