"""An identifier that names the wrong client: a person withdraws it, and can restore it."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.errors import UserError
from engine.flows.operations import answerable
from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.model.staff import Staff
from engine.store.database.connection import Database
from engine.store.operations import audit_log
from engine.store.people import client_identifiers, named_clients


def withdraw(database: Database, ref: str, name: str, by: str, reason: str, now: Instant) -> None:
    """Let an identifier name nobody, until a row of the roster gives it to another client.

    The events that came under it stay, because an event keeps its client and not the number that
    named the client. What comes under it from now on waits.

    Args:
        database: The database.
        ref: The client whom it names now.
        name: The identifier, such as mrn:4711.
        by: The ref of a supervisor or admin, who answers for it.
        reason: Why, in words that name neither the client nor the number.
        now: The present instant.

    Raises:
        UserError: It does not name this client, or `by` has no right to withdraw it.
    """
    with database.write() as conn:
        person, client_id = _check(conn, ref, name, by, reason)
        if client_identifiers.owners(conn, [name]).get(name) != ref:
            raise UserError(f"{name} does not name {ref}.")
        client_identifiers.withdraw(conn, name, now)
        _record(conn, AuditAction.IDENTIFIER_WITHDRAWN, person, client_id, name, reason, now)


def restore(database: Database, ref: str, name: str, by: str, reason: str, now: Instant) -> None:
    """Let an identifier name its client again, because it was right.

    Args:
        database: The database.
        ref: The client from whom it was withdrawn.
        name: The identifier.
        by: The ref of a supervisor or admin, who answers for it.
        reason: Why, in words that name neither the client nor the number.
        now: The present instant.

    Raises:
        UserError: It was not withdrawn from this client, or `by` has no right to restore it.
    """
    with database.write() as conn:
        person, client_id = _check(conn, ref, name, by, reason)
        if client_identifiers.withdrawn(conn, [name]).get(name) != ref:
            raise UserError(f"{name} was not withdrawn from {ref}.")
        client_identifiers.withdraw(conn, name, None)
        _record(conn, AuditAction.IDENTIFIER_RESTORED, person, client_id, name, reason, now)


def _check(conn: Connection, ref: str, name: str, by: str, reason: str) -> tuple[Staff, int]:
    person, client = answerable.person(conn, by), named_clients.find(conn, ref)
    answerable.check_reason(reason, ref, name, name.partition(":")[2])
    return person, client.id


def _record(
    conn: Connection,
    action: AuditAction,
    person: Staff,
    client_id: int,
    name: str,
    reason: str,
    now: Instant,
) -> None:
    audit_log.record(
        conn,
        at=now,
        actor=f"staff {person.id}",
        action=action,
        subject=f"client {client_id}",
        detail={"system": name.partition(":")[0], "reason": reason},
    )
