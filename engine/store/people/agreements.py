"""Agreements: which clients agreed to get texts, and to which words."""

from __future__ import annotations

from collections.abc import Collection
from datetime import time
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from engine.model.agreement import Agreement, ClientContact
from engine.model.client import TIMEZONE
from engine.model.instant import Instant
from engine.store.database.prepared import prepared
from engine.store.tables.people import agreements, clients, opt_outs, record_entries

_OF_CLIENTS = prepared(
    select(agreements)
    .where(agreements.c.client_id.in_(bindparam("ids", expanding=True)))
    .order_by(agreements.c.given_at, agreements.c.id)
)
_other = clients.alias()
_REACHED = select(clients.c.id).where(
    clients.c.id.in_(bindparam("ids", expanding=True)),
    clients.c.phone.is_not(None),
    clients.c.phone.not_in(select(opt_outs.c.phone)),
    ~select(_other.c.id)
    .where(_other.c.phone == clients.c.phone, _other.c.id != clients.c.id)
    .exists(),
)
_CONTACT = select(clients.c.phone, clients.c.timezone).where(clients.c.id == bindparam("client"))
_ZONE = (
    select(record_entries.c.value)
    .where(record_entries.c.client_id == bindparam("client"))
    .where(record_entries.c.entry == TIMEZONE, record_entries.c.at <= bindparam("now"))
    .order_by(record_entries.c.at.desc())
    .limit(1)
)


def add(conn: Connection, agreement: Agreement) -> None:
    """Record an agreement; it takes the place of the client's earlier ones."""
    row = {
        name: getattr(agreement, name)
        for name in ("client_id", "given_at", "how", "wording", "language", "withdrawn_at")
    }
    hours = {name: f"{getattr(agreement, name):%H:%M}" for name in ("quiet_from", "quiet_to")}
    conn.execute(insert(agreements), {**row, **hours})


def withdraw(conn: Connection, client_id: int, now: Instant) -> bool:
    """Record that a client agrees no more; return whether an agreement stood."""
    standing = (agreements.c.client_id == client_id, agreements.c.withdrawn_at.is_(None))
    return conn.execute(update(agreements).where(*standing).values(withdrawn_at=now)).rowcount > 0


def withdrew(conn: Connection, client_id: int) -> bool:
    """Return whether the newest agreement of a client was taken back."""
    newest = conn.execute(_OF_CLIENTS, {"ids": [client_id]}).all()[-1:]
    return any(row.withdrawn_at is not None for row in newest)


def standing(conn: Connection, client_ids: Collection[int]) -> dict[int, Agreement]:
    """Read by client the agreements that stand; clients without one are left out."""
    newest = {
        row.client_id: _read(row) for row in conn.execute(_OF_CLIENTS, {"ids": sorted(client_ids)})
    }
    return {one.client_id: one for one in newest.values() if one.withdrawn_at is None}


def reachable(conn: Connection, client_ids: Collection[int]) -> dict[int, Agreement]:
    """Read by client the agreements of those whom a text reaches.

    A client without a number, whose number opted out, or who shares it with another client is left
    out: an answer would not say whose it is.
    """
    agreed = standing(conn, client_ids)
    if not agreed:
        return {}
    numbers = set(conn.scalars(_REACHED, {"ids": sorted(agreed)}))
    return {client_id: one for client_id, one in agreed.items() if client_id in numbers}


def contact(conn: Connection, client_id: int, now: Instant) -> ClientContact:
    """Read a client as the recipient of texts, in the timezone where they live now."""
    phone, newest = conn.execute(_CONTACT, {"client": client_id}).one()
    timezone = conn.scalar(_ZONE, {"client": client_id, "now": now}) or newest
    agreed = standing(conn, [client_id]).get(client_id)
    if agreed is None:
        return ClientContact(phone, timezone, None, None, active=False)
    return ClientContact(phone, timezone, agreed.quiet_from, agreed.quiet_to, active=True)


def _read(row: Row[Any]) -> Agreement:
    return Agreement(
        row.client_id,
        row.given_at,
        row.how,
        row.wording,
        row.language,
        time.fromisoformat(row.quiet_from),
        time.fromisoformat(row.quiet_to),
        row.withdrawn_at,
    )
