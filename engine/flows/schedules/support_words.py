"""Words that support a client go out beside the alert about them, never instead of a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from engine.model.instant import DAY_US, HOUR_US, MINUTE_US, Instant
from engine.model.message import MessageKind
from engine.model.questions import ClientMessage
from engine.store.messages import client_texts_out
from engine.store.messages.client_texts_out import NewClientText
from engine.store.people import agreements

# Texts that a client gets in 24 hours at most.
MOST_A_DAY = 4
# Words that quiet hours or the carrier hold up for longer are of no use any more.
_OF_USE_US = 14 * HOUR_US
# A phone gets one text a minute, and a question that is due now must not wait behind kind words.
_AFTER_QUESTIONS_US = 2 * MINUTE_US


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
    left = texts_left(conn, agreed.keys(), now)
    for alert_id, (client_id, message) in messages.items():
        if left.get(client_id, 0) > 0:
            left[client_id] -= 1
            body = message.words(agreed[client_id].language)
            new = NewClientText(
                client_id, MessageKind.CLIENT_WORDS, alert_id, body, now + _OF_USE_US,
                wait=_AFTER_QUESTIONS_US,
            )  # fmt: skip
            client_texts_out.enqueue(conn, new, now)


def texts_left(conn: Connection, client_ids: Collection[int], now: Instant) -> dict[int, int]:
    """Return by client how many more texts each may get today."""
    if not client_ids:
        return {}
    had = client_texts_out.count_since(conn, client_ids, now - DAY_US)
    return {client_id: MOST_A_DAY - had.get(client_id, 0) for client_id in client_ids}
