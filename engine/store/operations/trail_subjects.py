"""Which client a subject of the audit trail is about, such as an alert or a message."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import (
    CompoundSelect,
    Connection,
    FromClause,
    String,
    cast,
    func,
    literal,
    select,
    union_all,
)

from engine.store.tables.access import emergency_access
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import inbox, outbox
from engine.store.tables.people import disclosures

# A message to a person of the staff is about the client of its alert.
_MESSAGES = (
    select(outbox.c.id, func.coalesce(outbox.c.client_id, alerts.c.client_id).label("client_id"))
    .join(alerts, alerts.c.id == outbox.c.alert_id, isouter=True)
    .subquery()
)
# Each word of a subject whose id is the id of a row that has a client.
_TABLES: Mapping[str, FromClause] = {
    "alert": alerts,
    "disclosure": disclosures,
    "emergency access": emergency_access,
    "message": _MESSAGES,
    "text": inbox,
}


def of_client(client_id: int) -> CompoundSelect[tuple[str]]:
    """Select all subjects that are about a client, the client included."""
    others = [
        select(literal(f"{word} ") + cast(table.c.id, String)).where(table.c.client_id == client_id)
        for word, table in _TABLES.items()
    ]
    return union_all(select(literal(f"client {client_id}")), *others)


def clients_of(conn: Connection, subjects: Collection[str]) -> dict[str, int]:
    """Return the client of each of these subjects that is about one without being one."""
    found: dict[str, int] = {}
    for word, table in _TABLES.items():
        numbers = (one.removeprefix(f"{word} ") for one in subjects if one.startswith(f"{word} "))
        ids = [int(number) for number in numbers if number.isdigit()]
        if ids:
            wanted = select(table.c.id, table.c.client_id).where(
                table.c.id.in_(ids), table.c.client_id.is_not(None)
            )
            found |= {f"{word} {number}": whose for number, whose in conn.execute(wanted)}
    return found
