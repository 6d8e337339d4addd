"""Clients by the numbers under which other systems know them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, insert, select, update

from engine.model.instant import Instant
from engine.store.database.parameter_limit import in_parts
from engine.store.tables.people import client_identifiers, clients

NAMES_SOMEBODY: ColumnElement[bool] = client_identifiers.c.withdrawn_at.is_(None)
_ALL = (
    select(client_identifiers.c.name, clients.c.ref)
    .join(clients, clients.c.id == client_identifiers.c.client_id)
    .where(client_identifiers.c.name.in_(bindparam("names", expanding=True)))
)
_OF_CLIENTS = (
    select(client_identifiers.c.client_id, client_identifiers.c.name)
    .where(NAMES_SOMEBODY, client_identifiers.c.client_id.in_(bindparam("clients", expanding=True)))
    .order_by(client_identifiers.c.name)
)


def owners(conn: Connection, names: Collection[str]) -> dict[str, str]:
    """Return the refs of the clients whom these identifiers name, by identifier."""
    return _refs(conn, _ALL.where(NAMES_SOMEBODY), names)


def withdrawn(conn: Connection, names: Collection[str]) -> dict[str, str]:
    """Return the refs of the clients whom these identifiers named, and name no more."""
    return _refs(conn, _ALL.where(~NAMES_SOMEBODY), names)


def _refs(
    conn: Connection, wanted: Select[tuple[str, str]], names: Collection[str]
) -> dict[str, str]:
    return {
        row.name: row.ref
        for some in in_parts(sorted(names))
        for row in conn.execute(wanted, {"names": some})
    }


def of_clients(conn: Connection, client_ids: Collection[int]) -> Mapping[int, Sequence[str]]:
    """Return the identifiers of clients, in order, by client id; none of a client who has none."""
    found: dict[int, list[str]] = {}
    for some in in_parts(sorted(client_ids)):
        for row in conn.execute(_OF_CLIENTS, {"clients": some}):
            found.setdefault(row.client_id, []).append(row.name)
    return found


def add(conn: Connection, client_of: Mapping[str, int], now: Instant) -> None:
    """Record identifiers that name nobody now, with the id of the client whom each names."""
    if client_of:
        for some in in_parts(sorted(client_of)):
            conn.execute(delete(client_identifiers).where(client_identifiers.c.name.in_(some)))
        rows = [
            {"name": name, "client_id": client_id, "said_at": now}
            for name, client_id in client_of.items()
        ]
        conn.execute(insert(client_identifiers), rows)


def withdraw(conn: Connection, name: str, now: Instant | None) -> None:
    """Let an identifier name nobody from now on; with None it names its client again."""
    this = update(client_identifiers).where(client_identifiers.c.name == name)
    conn.execute(this.values(withdrawn_at=now))
