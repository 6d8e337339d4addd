"""The tables of the console: accounts, how they sign in, sessions, and emergency access."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, Text

from engine.model.account import SignInWay
from engine.store.tables.columns import Id, Instant, WordSet, enum_text, metadata

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
    Column("way", enum_text(SignInWay, 20)),
    Column("browser", String(100)),
)

# An account has both factors or neither. `used_step` is the newest one-time code that signed in,
# counted in half minutes since 1970, so that no code signs in twice.
passwords = Table(
    "passwords",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    Column("password_hash", String(200), nullable=False),
    Column("totp_secret", String(200), nullable=False),
    Column("used_step", BigInteger, nullable=False),
    Column("set_at", Instant, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("used_at", Instant),
)

# `used_challenge_at` is when the newest challenge that signed in was made, for the same reason.
passkeys = Table(
    "passkeys",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("credential_id", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("used_challenge_at", Instant, nullable=False),
)

# What the identity provider of the site calls an account.
identities = Table(
    "identities",
    metadata,
    Column("claim", String(200), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
)

# Browsers that have signed in by password before, so that forged sign-ins do not slow them down.
known_browsers = Table(
    "known_browsers",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("seen_at", Instant, nullable=False),
)

# Wrong passwords by account, known browser or group of addresses; the rows are of a bounded number.
sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("source", String(80), primary_key=True),
    Column("failures", BigInteger, nullable=False),
    Column("last_at", Instant, nullable=False),
)

# One row: the key with which every daemon signs challenges.
console_key = Table(
    "console_key",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("key", String(64), nullable=False),
)

emergency_access = Table(
    "emergency_access",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("client_id", ForeignKey("clients.id"), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("reviewed_at", Instant, index=True),
    Column("reviewed_by", ForeignKey("accounts.id")),
    Column("finding", String(500)),
)

# `scopes` are what a program may do that brings the token.
api_tokens = Table(
    "api_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("scopes", WordSet, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ended_at", Instant),
)
