"""Heartbeats: when each part of the daemon last did its work, for whoever watches over it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from engine.model.instant import Instant
from engine.store.database.upsert import put_row
from engine.store.tables.operations import heartbeats

# The word of a beat's detail under which stands what went wrong, where the work was done in vain or in part.
FAILED = "failed"
# Made once, for a statement takes longer to make than to run.
_ALL = select(heartbeats)
_LAST = _ALL.where(heartbeats.c.name == bindparam("of"))


@dataclass(frozen=True, slots=True)
class Beat:
    """The last beat under one name; `at` in microseconds since 1970."""

    at: Instant
    detail: Mapping[str, object]


def beat(conn: Connection, name: str, at: Instant, detail: Mapping[str, object]) -> None:
    """Say that `name` did its work at `at`; `detail` is JSON-able and small."""
    put_row(
        conn, heartbeats, {"name": name, "at": at, "detail": json.dumps(detail, sort_keys=True)}
    )


def read(conn: Connection) -> dict[str, Beat]:
    """The last beat of every name."""
    return {row.name: Beat(row.at, json.loads(row.detail)) for row in conn.execute(_ALL)}


def last(conn: Connection, name: str) -> Beat | None:
    """The last beat of a name; None where it never did its work."""
    row = conn.execute(_LAST, {"of": name}).first()
    return Beat(row.at, json.loads(row.detail)) if row else None
