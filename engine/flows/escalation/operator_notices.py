"""Notices to operators: texts about no alert, to the people who run the engine or the site."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from engine.messaging.eligibility import may_notify
from engine.model.duration import Duration
from engine.model.instant import Instant
from engine.model.message import MessageKind, NewMessage
from engine.model.staff import RecipientFacts, Role, Staff
from engine.store.database.connection import Database
from engine.store.messages import outbox
from engine.store.operations import channel_state
from engine.store.people import opt_outs, staff


def admins(conn: Connection, now: Instant) -> list[Staff]:
    """Return the admins who can be told."""
    return _who_can_receive(conn, "admin", now)


def overseers(conn: Connection, now: Instant, but: str | None = None) -> list[Staff]:
    """Return the supervisors who can be told, or the admins if there are none.

    Args:
        conn: A connection to read from.
        now: The present instant.
        but: A number whose owners do not count.
    """
    supervisors = [one for one in _who_can_receive(conn, "supervisor", now) if one.phone != but]
    return supervisors or [one for one in admins(conn, now) if one.phone != but]


def tell(
    conn: Connection,
    whom: Iterable[Staff],
    kind: MessageKind,
    body: str,
    now: Instant,
    *,
    subject_id: int = 0,
) -> None:
    """Put a text for each of these people into the outbox.

    Args:
        conn: A connection in a transaction that writes.
        whom: The people to tell.
        kind: The purpose of the text. Each person gets one text of a kind and subject an instant.
        body: The words.
        now: The present instant.
        subject_id: The staff whom the text is about; 0 if it is about none.
    """
    for one in whom:
        message = NewMessage(
            None, 0, one.id, kind, body, now, due_at=now, sequence=now, subject_id=subject_id
        )
        outbox.enqueue(conn, message)


def tell_once(
    database: Database,
    whom: Callable[[Connection, Instant], Iterable[Staff]],
    kind: MessageKind,
    body: str,
    *,
    due: Instant,
    of_use: Duration,
    now: Instant,
) -> int:
    """Put a text that was due at an instant into the outbox, once for each of these people.

    Args:
        database: The database.
        whom: Finds the people, as `admins` does.
        kind: The purpose of the text.
        body: The words.
        due: When it goes; each person gets one text of this kind and instant.
        of_use: How long after that it still says something.
        now: The present instant.

    Returns:
        How many people get it now.
    """

    def without(conn: Connection) -> list[int]:
        return [
            one.id for one in whom(conn, now) if not outbox.is_enqueued(conn, one.id, kind, due)
        ]

    if not due <= now < due + of_use:
        return 0
    with database.read() as conn:  # most of the time everybody has it
        if not without(conn):
            return 0
    with database.write() as conn:
        missing = without(conn)
        for staff_id in missing:
            message = NewMessage(
                None, 0, staff_id, kind, body, now,
                due_at=now, expires_at=due + of_use, sequence=due,
            )  # fmt: skip
            outbox.enqueue(conn, message)
    return len(missing)


def _who_can_receive(conn: Connection, role: Role, now: Instant) -> list[Staff]:
    # They are told wherever they are, so that absence does not count.
    opted_out, verifies = opt_outs.numbers(conn), channel_state.verifies_numbers(conn)
    facts = [
        (
            one,
            RecipientFacts(
                one,
                opted_out=one.phone in opted_out,
                unconfirmed=verifies and not one.phone_confirmed,
            ),
        )
        for one in staff.of_role(conn, role)
    ]
    return [one for one, known in facts if may_notify(known, now).allowed]
