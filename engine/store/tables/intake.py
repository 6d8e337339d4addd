"""The tables of intake: events, their versions, rejected rows, and each source's position."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from engine.store.tables.columns import Id, Instant, WordSet, metadata, ordered_alike

events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.id"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("source", ordered_alike(64), nullable=False),
    Column("key", ordered_alike(100), nullable=False),
    Column("fields", Text, nullable=False),
    Column("note", Text),
    Column("origin", String(300), nullable=False),
    # What the source says is newer has a greater one; NULL if it says nothing about that.
    Column("version", BigInteger),
    # Whom the source means, if that client was merged into this one. No foreign key, because SQLite
    # adds none to a table without writing it anew.
    Column("said_of", Id),
    UniqueConstraint("source", "key"),
    # The order in which measures read, so that a history needs no sorting.
    Index(None, "client_id", "occurred_at", "source", "key"),
    # The few events about goals, which every evaluation looks for.
    Index(
        "ix_events_goals",
        "client_id",
        "occurred_at",
        "source",
        "key",
        sqlite_where=text("kind = 'goal'"),
        postgresql_where=text("kind = 'goal'"),
    ),
)

# Versions that a correction replaced or a source withdrew, kept for audit. `event_id` is no foreign
# key, because a withdrawn event is gone and SQLite may give its id to another. `source` and `key`
# identify it.
event_versions = Table(
    "event_versions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("event_id", BigInteger, nullable=False, index=True),
    Column("source", ordered_alike(64)),
    Column("key", ordered_alike(100)),
    Column("client_id", ForeignKey("clients.id"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("fields", Text, nullable=False),
    Column("note", Text),
    Column("origin", String(300), nullable=False),
    Column("replaced_at", Instant, nullable=False),
    Column("version", BigInteger),
    Column("said_of", Id),  # as of events
    Index(None, "source", "key"),
)

# `digest` is a digest of `row`, which is too long for an index. `waits_for` is the ref of the
# unknown client, if that is the row's only fault.
rejects = Table(
    "rejects",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", String(64), nullable=False),
    Column("item", String(300), nullable=False),
    Column("line", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("row", Text, nullable=False),
    Column("digest", String(32), nullable=False),
    Column("waits_for", String(64), index=True),
    Column("key", ordered_alike(300)),
    # From when it is read again by itself, if its only fault is a date ahead of now.
    Column("retry_at", Instant, index=True),
    Column("seen_at", Instant, nullable=False),
    Column("fixed_at", Instant),
    Column("dismissed_at", Instant),
    UniqueConstraint("source", "item", "line", "digest"),
)

# The content of each item about an event when a row no longer made it: `said_at` is when, `line`
# where. `away` says that the item withdrew the event, and no content came since. `version` is the
# withdrawing row's, as of events.
withdrawals = Table(
    "withdrawals",
    metadata,
    Column("source", ordered_alike(64), primary_key=True),
    Column("key", ordered_alike(100), primary_key=True),
    Column("item", String(300), primary_key=True),
    Column("line", Integer, nullable=False),
    Column("said_at", Instant, nullable=False),
    Column("away", Boolean, nullable=False),
    Column("version", BigInteger),
)

# The rows of a source's lists (model/intake.py, Listing), by their keys. `item` is the file that
# last held the row. `roster` is the list's part of the roster; NULL for events. `gone_at` is since
# when its newest file no longer holds the row, and `ended_at` when that was taken for an end. Of
# lists of events, only rows that are gone and held stand here.
list_rows = Table(
    "list_rows",
    metadata,
    Column("source", ordered_alike(64), primary_key=True),
    Column("list", String(300), primary_key=True),
    Column("key", ordered_alike(300), primary_key=True),
    Column("item", String(300), nullable=False),
    Column("roster", String(20)),
    Column("complete", Boolean, nullable=False),
    Column("gone_at", Instant),
    Column("ended_at", Instant),
    Index(None, "gone_at"),
)

source_positions = Table(
    "source_positions",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("item", String(300), primary_key=True),
    Column("position", Text, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

# The state of each source (model/outages.py); `kinds` are all kinds of its events so far.
source_health = Table(
    "source_health",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("tried_at", Instant, nullable=False),
    Column("read_at", Instant, nullable=False),
    Column("arrived_at", Instant, nullable=False),
    Column("kinds", WordSet, nullable=False),
    Column("out_since", Instant),
    Column("half_read_since", Instant),
    Column("why", Text, nullable=False),
)

# Records as they came over a network, before they are read. A sender's `key` counts once. `read_at`
# is NULL until the record's events are in the store, and again when the mapping changes.
received = Table(
    "received",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", String(64), nullable=False),
    Column("key", ordered_alike(200)),
    Column("digest", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("arrived_at", Instant, nullable=False),
    Column("read_at", Instant),
    UniqueConstraint("source", "key"),
    Index(None, "source", "read_at", "id"),
    Index(None, "arrived_at"),
    sqlite_autoincrement=True,  # an id is never used again, because rejects name it
)
