"""The events about clients' goals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, select

from engine.store.database.constants import written
from engine.store.database.prepared import prepared
from engine.store.intake.histories import TimedEvent
from engine.store.tables.intake import events

KIND = "goal"
_OF_CLIENTS = prepared(
    select(
        *(
            events.c[name]
            for name in ("client_id", "occurred_at", "kind", "fields", "source", "key")
        )
    )
    .where(
        events.c.kind == written(KIND),
        events.c.client_id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(events.c.client_id, events.c.occurred_at, events.c.source, events.c.key)
)


def of_clients(conn: Connection, client_ids: Sequence[int]) -> Mapping[int, list[TimedEvent]]:
    """Read the events about goals by client, in order; clients without goals are left out."""
    found: dict[int, list[TimedEvent]] = defaultdict(list)
    for client_id, *event in conn.execute(_OF_CLIENTS, {"ids": client_ids}):
        found[client_id].append(TimedEvent(*event))
    return found
