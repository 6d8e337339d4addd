"""The erasure of a client: what the law lets go is deleted, and the rest names nobody."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Connection

from engine.errors import UserError
from engine.model.audit_action import AuditAction
from engine.model.client import Client
from engine.model.instant import Instant
from engine.model.record import spell_open
from engine.model.staff import Staff
from engine.store.database.connection import Database
from engine.store.intake import histories
from engine.store.operations import audit_log
from engine.store.people import client_data, client_merges, roster, staff

_MAY_ERASE = ("supervisor", "admin")


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
    person, client = person_of(conn, by), client_of(conn, ref)
    if ref.lower() in reason.lower():
        raise UserError(f"The reason stays in the audit trail, so it must not name {ref}.")
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
    if enrolled(client):
        raise UserError(f"{client.ref} is enrolled; end the enrolment in the roster first.")
    if client_data.open_alerts(conn, client.id):
        raise UserError(f"{client.ref} has open alerts; resolve them first.")
    if client_data.waiting_texts(conn, client.id):
        raise UserError(f"A text about {client.ref} still waits; try again once it has ended.")


def enrolled(client: Client) -> bool:
    """Return whether a client's record ends in an enrolment."""
    inside = False
    for _, entries in groupby(client.record, attrgetter("at")):
        inside = spell_open(inside, {one.entry for one in entries}, "enrolled", "ended")
    return inside


def person_of(conn: Connection, ref: str) -> Staff:
    """Return the supervisor or admin of a ref.

    Raises:
        UserError: There is none.
    """
    found = staff.with_ref(conn, ref)
    if found is None or not found.active or found.role not in _MAY_ERASE:
        raise UserError(f"No active supervisor or admin is called {ref}.")
    return found


def client_of(conn: Connection, ref: str) -> Client:
    """Return the client of a ref.

    Raises:
        UserError: There is none.
    """
    known = roster.find_clients(conn, [ref]).get(ref)
    if known is None:
        if client_data.erased(conn, [ref]):
            raise UserError(f"{ref} is erased already.")
        raise UserError(f"There is no client {ref}.")
    return histories.read_clients(conn, [known.id])[0]
