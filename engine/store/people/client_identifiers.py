"""Clients by the numbers under which other systems know them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, bindparam, insert, select

from engine.model.instant import Instant
from engine.store.database.parameter_limit import in_parts
from engine.store.tables.people import client_identifiers, clients

_OWNERS = (
    select(client_identifiers.c.name, clients.c.ref)
    .join(clients, clients.c.id == client_identifiers.c.client_id)
    .where(client_identifiers.c.name.in_(bindparam("names", expanding=True)))
)
_OF_CLIENT = (
    select(client_identifiers.c.name)
    .where(client_identifiers.c.client_id == bindparam("client"))
    .order_by(client_identifiers.c.name)
)


def owners(conn: Connection, names: Collection[str]) -> dict[str, str]:
    """Return the refs of the clients whom these identifiers name, by identifier."""
    return {
        row.name: row.ref
        for some in in_parts(sorted(names))
        for row in conn.execute(_OWNERS, {"names": some})
    }


def of_client(conn: Connection, client_id: int) -> Sequence[str]:
    """Return the identifiers of a client, in order."""
    return conn.scalars(_OF_CLIENT, {"client": client_id}).all()


def add(conn: Connection, client_of: Mapping[str, int], now: Instant) -> None:
    """Record identifiers that nobody has, with the id of the client whom each names."""
    if client_of:
        rows = [
            {"name": name, "client_id": client_id, "said_at": now}
            for name, client_id in client_of.items()
        ]
        conn.execute(insert(client_identifiers), rows)
