"""The export of a client: everything that the database holds about one person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection

from engine.flows.operations import answerable
from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.presentation.local_clock import local
from engine.store.access import accounts
from engine.store.operations import audit_log
from engine.store.people import client_data, named_clients, staff

# A number of a column that holds instants is greater, from 1973 on; ids and counts never are.
_FIRST_INSTANT = 100_000_000_000_000
_STAFF = ("staff_id", "owner_id", "stand_in_id")
_ACCOUNTS = ("account_id", "seen_by", "reviewed_by")


class ClientExport(NamedTuple):
    """Everything about a client: the rows of each table, with refs and local times in them."""

    client: str
    at: str
    tables: Mapping[str, list[dict[str, Any]]]


def export(conn: Connection, ref: str, by: str, to: str | None, now: Instant) -> ClientExport:
    """Collect a client's data, and put on record who did and whom it is for.

    Args:
        conn: A connection that writes.
        ref: The client.
        by: The ref of a supervisor or admin.
        to: Who outside gets it; None if it stays inside. It is a disclosure then.
        now: The present instant.

    Raises:
        UserError: The client is unknown, or `by` is neither supervisor nor admin.
    """
    person, client = answerable.person(conn, by), named_clients.read(conn, ref)
    names = {one.id: one.ref for one in staff.everybody(conn).values()}
    accounts_by_id = {one.id: one.name for one in accounts.everybody(conn)}
    audit_log.record(
        conn,
        at=now,
        actor=f"staff {person.id}",
        action=AuditAction.EXPORTED,
        subject=f"client {client.id}",
        detail={"to": to},
    )

    def shown(column: str, value: Any) -> Any:
        if isinstance(value, int) and value >= _FIRST_INSTANT:
            return local(value, client.timezone).isoformat()
        if column in _STAFF:
            return names.get(value)
        if column in _ACCOUNTS:
            return accounts_by_id.get(value)
        return sorted(value) if isinstance(value, frozenset) else value

    tables = {
        one.table.name: [{name: shown(name, value) for name, value in row.items()} for row in rows]
        for one, rows in reversed(list(client_data.rows(conn, client.id)))
    }
    return ClientExport(ref, local(now, client.timezone).isoformat(timespec="seconds"), tables)
