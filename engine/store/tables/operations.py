"""The tables of operations: rule sets, the audit log, and the state of the daemon."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    String,
    Table,
    Text,
)

from engine.store.tables.columns import Id, Instant, metadata

# Every rule set ever accepted, whole, so that any old alert can be explained by the rule as it was.
rule_sets = Table(
    "rule_sets",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("accepted_at", Instant, nullable=False),
    Column("files", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(100), nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("detail", Text, nullable=False),
)
