"""Merges: two clients of the roster who are one person, and what became of the first one's rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, insert, or_, select, update

from engine.model.instant import Instant
from engine.store.database.prepared import prepared
from engine.store.people import roster
from engine.store.tables.people import client_merges

STANDS: ColumnElement[bool] = client_merges.c.undone_at.is_(None)
_STANDING = prepared(select(client_merges.c.client_id, client_merges.c.into_id).where(STANDS))
_MERGES = (
    select(
        client_merges.c.id,
        client_merges.c.client_id,
        client_merges.c.into_id,
        client_merges.c.merged_at,
        client_merges.c.ended_care,
        client_merges.c.phone,
        client_merges.c.alert_ids,
    )
    .where(STANDS)
    .order_by(client_merges.c.id)
)
_CONCERNING = _MERGES.where(
    or_(
        client_merges.c.client_id == bindparam("client"),
        client_merges.c.into_id == bindparam("client"),
    )
)


class ClientMerge(NamedTuple):
    """A merge that stands.

    Attributes:
        id: Its id.
        client_id: The client who is nobody of their own now.
        into_id: The client who is the same person, and has the events.
        merged_at: When a person said so.
        ended_care: Whether the merge ended the first client's care.
        phone: The first client's number; None if there was none.
        alert_ids: The alerts that moved with the events.
    """

    id: int
    client_id: int
    into_id: int
    merged_at: Instant
    ended_care: bool
    phone: str | None
    alert_ids: Sequence[int]


def standing(conn: Connection) -> Mapping[int, int]:
    """Return into which client each merged client went, by id."""
    return {row.client_id: row.into_id for row in conn.execute(_STANDING)}


def concerning(conn: Connection, client_id: int) -> list[ClientMerge]:
    """Return the merges that stand of a client into another, or of others into the client."""
    return [
        ClientMerge(*row[:-1], json.loads(row.alert_ids))
        for row in conn.execute(_CONCERNING, {"client": client_id})
    ]


def refs_of_same(conn: Connection, client_id: int) -> tuple[str | None, tuple[str, ...]]:
    """Return the ref of the client into whom one went, and the refs of those who went into them."""
    found = concerning(conn, client_id)
    into = [one.into_id for one in found if one.client_id == client_id]
    others = [one.client_id for one in found if one.into_id == client_id]
    refs = roster.refs_of(conn, [*into, *others])
    return (refs[into[0]] if into else None), tuple(sorted(refs[one] for one in others))


def add(conn: Connection, new: ClientMerge, *, actor: str, reason: str) -> None:
    """Record that a client is another one.

    Args:
        conn: The transaction.
        new: The merge; its id does not count.
        actor: Who says so, as the audit trail names them.
        reason: Why, in words that name nobody.
    """
    row = new._asdict() | {"alert_ids": json.dumps(list(new.alert_ids))}
    del row["id"]
    conn.execute(insert(client_merges), {**row, "actor": actor, "reason": reason})


def undo(conn: Connection, merge_id: int, now: Instant) -> None:
    """Record that a merge was wrong."""
    this = update(client_merges).where(client_merges.c.id == merge_id)
    conn.execute(this.values(undone_at=now, phone=None))
