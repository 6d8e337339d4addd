"""Positions: how far each item of a source was read."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine.model.instant import Instant
from engine.store.database.prepared import prepared
from engine.store.database.upsert import put_row
from engine.store.tables.intake import source_positions

_OF_SOURCE = prepared(
    select(source_positions.c.item, source_positions.c.position).where(
        source_positions.c.source == bindparam("from")
    )
)


def read(conn: Connection, source: str) -> dict[str, Any]:
    """Return the position of every item that was ever read."""
    return {
        item: json.loads(position) for item, position in conn.execute(_OF_SOURCE, {"from": source})
    }


def write(conn: Connection, source: str, item: str, position: Any, now: Instant) -> None:
    """Record how far an item was read."""
    row = {"source": source, "item": item, "position": json.dumps(position), "updated_at": now}
    put_row(conn, source_positions, row)
