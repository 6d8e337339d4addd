"""Notes that people write about clients."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select

from engine.model.instant import Instant
from engine.model.note import Note
from engine.store.tables.access import accounts
from engine.store.tables.people import notes

_OF_CLIENT = (
    select(notes.c.at, accounts.c.name, notes.c.words, notes.c.alert_id)
    .join(accounts, accounts.c.id == notes.c.account_id)
    .where(notes.c.client_id == bindparam("client"))
    .order_by(notes.c.id.desc())
    .limit(bindparam("most"))
)
_ADD = insert(notes)


def of_client(conn: Connection, client_id: int, most: int) -> list[Note]:
    """Return the newest notes about a client, the newest first."""
    asked = {"client": client_id, "most": most}
    return [Note(*row) for row in conn.execute(_OF_CLIENT, asked)]


def add(
    conn: Connection, client_id: int, alert_id: int | None, account_id: int, words: str, at: Instant
) -> int:
    """Keep a note about a client, perhaps about one alert; return its id."""
    row = {"client_id": client_id, "alert_id": alert_id, "account_id": account_id}
    made = conn.execute(_ADD, {**row, "at": at, "words": words}).inserted_primary_key
    assert made is not None
    return int(made[0])
