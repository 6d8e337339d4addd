"""The audit trail: who did what to whom and when, chained so that a later change to it shows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection, Row, func, insert, select

from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.store.database.locks import lock
from engine.store.database.prepared import prepared
from engine.store.tables.operations import audit

_BEFORE_THE_FIRST = "0" * 64
_NEWEST = prepared(select(audit.c.hash).order_by(audit.c.id.desc()).limit(1))
_ADD = prepared(insert(audit))


@dataclass(frozen=True, slots=True)
class Entry:
    """An action of an actor on a subject.

    `detail` is JSON-able and holds ids, never names, numbers, notes or results.
    """

    actor: str
    action: AuditAction
    subject: str
    detail: Mapping[str, object]


def record(
    conn: Connection,
    *,
    at: Instant,
    actor: str,
    action: AuditAction,
    subject: str,
    detail: Mapping[str, object],
) -> None:
    """Append one entry to the trail."""
    append(conn, [Entry(actor, action, subject, detail)], at)


def append(conn: Connection, entries: Sequence[Entry], at: Instant) -> None:
    """Append the actions of an instant to the trail, in this order.

    On PostgreSQL the trail is locked until the transaction ends, so this comes last in it.
    """
    if not entries:
        return
    lock(conn, "audi")
    previous = conn.scalar(_NEWEST) or _BEFORE_THE_FIRST
    rows = []
    for one in entries:
        detail = json.dumps(one.detail, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        row = {
            "at": at,
            "actor": one.actor,
            "action": one.action.value,
            "subject": one.subject,
            "detail": detail,
        }
        digest = _hash(previous, at, one.actor, one.action.value, one.subject, detail)
        rows.append({**row, "previous": previous, "hash": digest})
        previous = digest
    conn.execute(_ADD, rows)


class TrailHead(NamedTuple):
    """The newest row of the trail: how many rows there are up to it, its id, and its hash."""

    rows: int
    id: int
    hash: str


def head(conn: Connection, known: TrailHead | None = None) -> TrailHead | None:
    """Return the head of the trail; None if the trail is empty.

    Args:
        conn: A connection.
        known: An earlier head, so that only the rows after it are counted.
    """
    newest = conn.execute(select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1))
    row = newest.one_or_none()
    if row is None:
        return None
    before = known.rows if known else 0
    later = select(func.count()).select_from(audit).where(audit.c.id > (known.id if known else 0))
    return TrailHead(before + (conn.scalar(later) or 0), row.id, row.hash)


def hash_of(conn: Connection, row_id: int) -> str | None:
    """Return the hash of a row of the trail; None if it is not there."""
    return conn.scalar(select(audit.c.hash).where(audit.c.id == row_id))


def began(conn: Connection) -> Instant | None:
    """Return when the first row was written; None if there is none."""
    return conn.scalar(select(audit.c.at).order_by(audit.c.id).limit(1))


def verify(conn: Connection) -> int | None:
    """Return the first row that was changed or follows a gap; None if the chain is whole.

    Rows cut off at the end, and a trail that was written again, show only against a head kept
    elsewhere (flows/operations/audit_anchor.py).
    """
    expected = _BEFORE_THE_FIRST
    in_order = select(audit).order_by(audit.c.id)
    with conn.execute(in_order, execution_options={"yield_per": 1000}) as rows:
        for row in rows:
            if row.previous != expected or row.hash != _hash_of(row):
                return int(row.id)
            expected = row.hash
    return None


def _hash_of(row: Row[tuple[object, ...]]) -> str:
    return _hash(row.previous, row.at, row.actor, row.action, row.subject, row.detail)


def _hash(*parts: str | int) -> str:
    return sha256(json.dumps(parts, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
