"""The words that sources have ever given in fields and attributes."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from engine.model.client import RECORD_WORDS
from engine.model.event import read_fields
from engine.store.tables.intake import events
from engine.store.tables.people import record_entries


def in_fields(conn: Connection, kinds: Collection[str]) -> dict[tuple[str, str], set[str]]:
    """Return the words of each field, by kind and field; this reads all events of the kinds."""
    found: dict[tuple[str, str], set[str]] = {}
    payloads = select(events.c.kind, events.c.fields).where(events.c.kind.in_(sorted(kinds)))
    for kind, payload in conn.execute(payloads.distinct()):
        for field, value in read_fields(payload).items():
            words = value if isinstance(value, tuple) else (value,)
            found.setdefault((kind, field), set()).update(
                word for word in words if isinstance(word, str)
            )
    return found


def in_attributes(conn: Connection) -> dict[str, set[str]]:
    """Return the values of each attribute, by its name."""
    found: dict[str, set[str]] = {}
    entries = select(record_entries.c.entry, record_entries.c.value).where(
        record_entries.c.entry.not_in(RECORD_WORDS)
    )
    held = entries.where(record_entries.c.value.is_not(None)).distinct()
    for name, value in conn.execute(held):
        found.setdefault(name, set()).add(value)
    return found
