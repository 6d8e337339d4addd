"""Notices to operators: texts about no alert, to the people who run the engine or the site."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from engine.messaging.eligibility import may_notify
from engine.model.instant import Instant
from engine.model.message import MessageKind, NewMessage
from engine.model.staff import RecipientFacts, Role, Staff
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
