"""A text by which a person tries whether a phone gets texts."""

from __future__ import annotations

from engine.flows.escalation import operator_notices
from engine.messaging import operator_texts
from engine.model.instant import Instant
from engine.model.message import MessageKind
from engine.store.database.connection import Database
from engine.store.people import staff


def enqueue(database: Database, phone: str, now: Instant) -> list[str]:
    """Put a text to a phone into the outbox.

    Args:
        database: The database.
        phone: The number, in E.164.
        now: The present instant.

    Returns:
        The refs of the people who have the phone; none if nobody of the staff has it.
    """
    with database.write() as conn:
        owners = staff.with_phone(conn, phone)
        for one in owners[:1]:
            body = operator_texts.trial(one.ref)
            operator_notices.tell(conn, [one], MessageKind.TRIAL, body, now)
    return [one.ref for one in owners]
