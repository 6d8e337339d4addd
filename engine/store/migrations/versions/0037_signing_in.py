"""Accounts sign in by password, passkey or identity provider; emergency access; API tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns and tables; accounts go on signing in by links until they set up more."""
    op.add_column("console_sessions", sa.Column("way", sa.String(20)))
    op.add_column("console_sessions", sa.Column("browser", sa.String(100)))
    _factors()
    _traces()
    op.create_table(
        "emergency_access",
        sa.Column("id", Id, primary_key=True),
        _account(),
        sa.Column("client_id", Id, sa.ForeignKey("clients.id"), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("reviewed_at", sa.BigInteger(), index=True),
        sa.Column("reviewed_by", Id, sa.ForeignKey("accounts.id")),
        sa.Column("finding", sa.String(500)),
    )
    op.create_table(
        "api_tokens",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        _account(),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
    )


def _account() -> sa.Column[int]:
    return sa.Column("account_id", Id, sa.ForeignKey("accounts.id"), nullable=False, index=True)


def _factors() -> None:
    op.create_table(
        "passwords",
        sa.Column(
            "account_id", Id, sa.ForeignKey("accounts.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("totp_secret", sa.String(64), nullable=False),
        sa.Column("used_step", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        _account(),
        sa.Column("used_at", sa.BigInteger()),
    )
    op.create_table(
        "passkeys",
        sa.Column("id_hash", sa.String(64), primary_key=True),
        _account(),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("used_challenge_at", sa.BigInteger(), nullable=False),
    )
    op.create_table("identities", sa.Column("claim", sa.String(200), primary_key=True), _account())


def _traces() -> None:
    op.create_table(
        "known_browsers",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        _account(),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("source", sa.String(80), primary_key=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "console_key",
        sa.Column("id", Id, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(64), nullable=False),
    )
