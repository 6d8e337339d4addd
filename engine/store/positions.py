"""Where the reading of each item of a source stands."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select

from engine.store.schema import source_positions
from engine.store.upsert import insert_into


def read(conn: Connection, source: str) -> dict[str, Any]:
    """The position of every item that was ever read."""
    stored = select(source_positions.c.item, source_positions.c.position).where(source_positions.c.source == source)
    return {item: json.loads(position) for item, position in conn.execute(stored)}


def write(conn: Connection, source: str, item: str, position: Any, now: int) -> None:
    """Note how far an item was read."""
    insert = insert_into(conn, source_positions).values(
        source=source, item=item, position=json.dumps(position), updated_at=now
    )
    conn.execute(
        insert.on_conflict_do_update(
            index_elements=["source", "item"],
            set_={"position": insert.excluded.position, "updated_at": insert.excluded.updated_at},
        )
    )
