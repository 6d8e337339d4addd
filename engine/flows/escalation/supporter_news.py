"""Supporters hear beside an alert what the client lets them know, never instead of the staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from engine.flows.escalation import operator_notices
from engine.flows.escalation.staff_names import staff_word
from engine.messaging import operator_texts
from engine.messaging.eligibility import may_notify
from engine.messaging.supporter_words import TEXTS
from engine.model.agreement import TextLanguage
from engine.model.instant import DAY_US, HOUR_US, Instant
from engine.model.message import Claimed, MessageKind, NewMessage
from engine.model.notify_reason import NotifyReason
from engine.model.schedule import Expectation
from engine.model.staff import Staff
from engine.model.supporter import TOLD_BY_RULES
from engine.model.supporter_news import SupporterNews
from engine.store.messages import outbox
from engine.store.people import supporters

# Texts that a supporter gets in 24 hours at most.
MOST_A_DAY = 3
# What quiet hours or the carrier hold up for longer is of no use any more.
_OF_USE_US = 14 * HOUR_US


class SupporterText(NamedTuple):
    """A text to a supporter that is not in the outbox yet.

    Attributes:
        kind: What they are told.
        client_id: The client; 0 if it is about none.
        sequence: The alert, the expectation, the instant or the lesson that it is about.
        due: When it goes.
        ends: When it is of no use any more; None: some hours later.
        body: The words; None for those of its kind.
    """

    kind: MessageKind
    client_id: int
    sequence: int
    due: Instant
    ends: Instant | None = None
    body: Mapping[TextLanguage, str] | None = None


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
        text = SupporterText(TOLD_BY_RULES[one.of], client_id, alert_id, now + one.after)
        for person in people.get(client_id, ()):
            enqueue(conn, person, text, now)


def remind_of_session(conn: Connection, client_id: int, session: Expectation, now: Instant) -> None:
    """Remind the supporters of a client of a family session, as far as they may know of it."""
    kind, due = MessageKind.SUPPORTER_SESSION, session.occurrence.due
    text = SupporterText(kind, client_id, session.id, now, due)
    for person in supporters.of_clients(conn, [client_id]).get(client_id, ()):
        enqueue(conn, person, text, now)


def decide(conn: Connection, person: Staff, text: SupporterText, now: Instant) -> NotifyReason:
    """Return `ALLOWED`, or why a text to a supporter need not even wait."""
    facts = supporters.recipient(conn, person, text.client_id, now)
    wanted = Claimed(0, "claimed", None, 0, person.id, text.kind, "", now, None, 0)
    decision = may_notify(facts, now, message=wanted, told_at=now)
    lately = outbox.count_to_supporter(conn, person.id, now - DAY_US)
    if decision.allowed and lately >= MOST_A_DAY:
        return NotifyReason.ENOUGH_TODAY
    return decision.reason


def enqueue(conn: Connection, person: Staff, text: SupporterText, now: Instant) -> NotifyReason:
    """Put a text to a supporter into the outbox, unless something is against it already now.

    Everything is looked at again when it is sent.

    Args:
        conn: A connection in a transaction that writes.
        person: The supporter.
        text: The text.
        now: The present instant.

    Returns:
        `ALLOWED`, or why nothing goes out.
    """
    reason = decide(conn, person, text, now)
    if reason is NotifyReason.NUMBER_SHARED:
        tell_of_shared_number(conn, person, now)
    if reason is not NotifyReason.ALLOWED:
        return reason
    language = supporters.agreements(conn, [person.id], now)[person.id].language
    body = (text.body or TEXTS[text.kind])[language]
    ends = text.due + _OF_USE_US if text.ends is None else text.ends
    message = NewMessage(
        None, 0, person.id, text.kind, body, now, text.due, ends,
        sequence=text.sequence, subject_id=text.client_id,
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
