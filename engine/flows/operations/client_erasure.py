"""The erasure of a client: what the law lets go is deleted, and the rest names nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from engine.calendar.standing import standing_at
from engine.errors import UserError
from engine.flows.operations import answerable
from engine.model.audit_action import AuditAction
from engine.model.client import Client
from engine.model.instant import LAST_US, Instant
from engine.store.database.connection import Database
from engine.store.operations import audit_log
from engine.store.people import client_data, client_merges, named_clients


class Erasure(NamedTuple):
    """An erasure, or one that was only tried.

    Attributes:
        tombstone: The ref that the client has now.
        rows: How many rows of each table were deleted or blanked.
        kept: Why rows of some tables stay, by table.
    """

    tombstone: str
    rows: Mapping[str, int]
    kept: Mapping[str, str]


def erase(
    database: Database, ref: str, by: str, reason: str, now: Instant, *, for_good: bool
) -> Erasure:
    """Erase a client, or find out how many rows that would concern.

    Args:
        database: The database.
        ref: The client.
        by: The ref of a supervisor or admin, who answers for it.
        reason: Why, in words that do not name the client.
        now: The present instant.
        for_good: Whether it is done; otherwise nothing changes.

    Raises:
        UserError: The client is unknown, still enrolled, on legal hold, or has open alerts or
            waiting texts; or `by` has no right to erase.
    """
    with database.write() as conn:
        if database.dialect == "sqlite":
            # The file then has zeros in place of deleted rows.
            conn.exec_driver_sql("PRAGMA secure_delete = ON")
        with conn.begin_nested() as trial:
            done = _erase(conn, ref, by, reason, now)
            if not for_good:
                trial.rollback()
    if database.dialect == "sqlite":
        with database.engine.connect() as conn:
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return done


def _erase(conn: Connection, ref: str, by: str, reason: str, now: Instant) -> Erasure:
    person, client = answerable.person(conn, by), named_clients.read(conn, ref)
    answerable.check_reason(reason, ref)
    _refuse(conn, client)
    kept = {one.table.name: one.kept for one, _ in client_data.rows(conn, client.id) if one.kept}
    rows = client_data.erase(conn, client.id, ref)
    audit_log.record(
        conn,
        at=now,
        actor=f"staff {person.id}",
        action=AuditAction.ERASED,
        subject=f"client {client.id}",
        detail={"reason": reason, "rows": rows},
    )
    return Erasure(client_data.tombstone(ref), rows, kept)


def _refuse(conn: Connection, client: Client) -> None:
    """Refuse the erasure of a client who is still looked after, or on hold."""
    if client.ref.startswith(client_data.TOMBSTONE):
        raise UserError(f"{client.ref} is erased already.")
    if client_merges.concerning(conn, client.id):
        raise UserError(f"{client.ref} is in a merge of clients; undo it first, and erase both.")
    if client.id in client_data.on_legal_hold(conn):
        hold = client_data.LEGAL_HOLD
        raise UserError(f"{client.ref} is on legal hold, so nothing is erased; {hold}: no ends it.")
    if standing_at(client.record, LAST_US).enrolled:
        raise UserError(
            f"{client.ref} is enrolled; let the roster end the enrolment first (`ended:`)."
        )
    if client_data.open_alerts(conn, client.id):
        raise UserError(f"{client.ref} has open alerts; resolve them first.")
    if client_data.waiting_texts(conn, client.id):
        raise UserError(f"A text about {client.ref} still waits; try again once it has ended.")
