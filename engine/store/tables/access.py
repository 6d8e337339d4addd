"""The tables of the console: accounts, links that sign in once, and sessions."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table

from engine.store.tables.columns import Id, Instant, metadata

# `staff` is a ref and no foreign key, because an account may come before its row of the roster.
accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("staff", String(64)),
    Column("disabled_at", Instant),
)

# Of each token the database holds the SHA-256 alone, so that who reads the tables cannot sign in.
sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

console_sessions = Table(
    "console_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("began_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ended_at", Instant),
)
