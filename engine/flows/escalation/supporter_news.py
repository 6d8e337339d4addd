"""Supporters hear beside an alert what the client lets them know, never instead of the staff."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from engine.flows.escalation import operator_notices
from engine.flows.escalation.staff_names import staff_word
from engine.messaging import operator_texts
from engine.messaging.eligibility import may_notify
from engine.messaging.supporter_words import to_supporter
from engine.model.instant import DAY_US, HOUR_US, Instant
from engine.model.message import Claimed, MessageKind, NewMessage
from engine.model.notify_reason import NotifyReason
from engine.model.staff import Staff
from engine.model.supporter import TOLD_BY_RULES
from engine.model.supporter_news import SupporterNews
from engine.store.messages import outbox
from engine.store.people import supporters

# Texts that a supporter gets in 24 hours at most.
MOST_A_DAY = 3
# What quiet hours or the carrier hold up for longer is of no use any more.
_OF_USE_US = 14 * HOUR_US


def tell(conn: Connection, news: Mapping[int, tuple[int, SupporterNews]], now: Instant) -> None:
    """Put texts into the outbox for those supporters who may know of these alerts.

    Args:
        conn: A connection in a transaction that writes.
        news: By the id of the alert, the client, and what supporters may be told.
        now: The present instant.
    """
    if not news:
        return
    people = supporters.of_clients(conn, {client_id for client_id, _ in news.values()})
    for alert_id, (client_id, one) in news.items():
        for person in people.get(client_id, ()):
            kind = TOLD_BY_RULES[one.of]
            enqueue(conn, person, kind, client_id, alert_id, now, now + one.after)


def enqueue(
    conn: Connection,
    person: Staff,
    kind: MessageKind,
    client_id: int,
    sequence: int,
    now: Instant,
    due: Instant,
) -> NotifyReason:
    """Put a text to a supporter into the outbox, unless something is against it already now.

    Everything is looked at again when it is sent.

    Args:
        conn: A connection in a transaction that writes.
        person: The supporter.
        kind: What they are told.
        client_id: The client.
        sequence: The alert, the expectation or the instant that it is about.
        now: The present instant.
        due: When it goes.

    Returns:
        `ALLOWED`, or why nothing goes out.
    """
    facts = supporters.recipient(conn, person, client_id, now)
    wanted = Claimed(0, "claimed", None, 0, person.id, kind, "", now, None, 0)
    decision = may_notify(facts, now, message=wanted, told_at=now)
    if not decision.allowed:
        if decision.reason is NotifyReason.NUMBER_SHARED:
            tell_of_shared_number(conn, person, now)
        return decision.reason
    if outbox.count_to_supporter(conn, person.id, now - DAY_US) >= MOST_A_DAY:
        return NotifyReason.ENOUGH_TODAY
    language = supporters.agreements(conn, [person.id], now)[person.id].language
    message = NewMessage(
        None, 0, person.id, kind, to_supporter(kind, language), now, due, due + _OF_USE_US,
        sequence=sequence, subject_id=client_id,
    )  # fmt: skip
    outbox.enqueue(conn, message)
    return NotifyReason.ALLOWED


def tell_of_shared_number(conn: Connection, person: Staff, now: Instant) -> None:
    """Tell the admins, once a day, that a supporter has the number of another person."""
    body = operator_texts.supporter_number(staff_word(conn, person), person.id)
    for admin in operator_notices.admins(conn, now):
        message = NewMessage(
            None, 0, admin.id, MessageKind.SUPPORTER_NUMBER, body, now, now, now + DAY_US,
            sequence=now // DAY_US, subject_id=person.id,
        )  # fmt: skip
        outbox.enqueue(conn, message)
