"""A text by which a person tries whether a phone gets texts."""

from __future__ import annotations

from engine.flows.escalation import operator_notices, phone_confirmations
from engine.flows.escalation.staff_names import staff_word
from engine.messaging import operator_texts
from engine.model.instant import Instant
from engine.model.message import MessageKind, OutboxState
from engine.store.database.connection import Database
from engine.store.messages import outbox
from engine.store.people import staff


def enqueue(database: Database, phone: str, now: Instant) -> list[str]:
    """Put a text to a phone into the outbox: a trial, or the question whether it is the right one.

    Args:
        database: The database.
        phone: The number, in E.164.
        now: The present instant.

    Returns:
        The people who have the phone; none if nobody of the staff has it.
    """
    with database.write() as conn:
        owners = staff.with_phone(conn, phone)
        unconfirmed = phone_confirmations.waiting(conn, phone)
        for asked in unconfirmed:
            phone_confirmations.ask(conn, asked, now)
        strangers = {one.staff.id for one in unconfirmed}
        for one in [one for one in owners if one.id not in strangers][:1]:
            body = operator_texts.trial(staff_word(conn, one))
            operator_notices.tell(conn, [one], MessageKind.TRIAL, body, now)
    return [one.shown for one in owners]


def newest_state(database: Database, phone: str) -> OutboxState | None:
    """Return the state of the newest text of the staff to a phone; None if there is none."""
    with database.read() as conn:
        owners = [one.id for one in staff.with_phone(conn, phone)]
        return outbox.newest_state(conn, owners, (MessageKind.TRIAL, MessageKind.CONFIRM_PHONE))
