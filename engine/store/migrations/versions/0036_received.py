"""Events have versions, and records that came over a network wait to be read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table; no source gave versions so far."""
    for name in ("events", "event_versions", "withdrawals"):
        op.add_column(name, sa.Column("version", sa.BigInteger()))
    op.create_table(
        "received",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("key", _ordered_alike(200)),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_received_source_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_received_source_read_at_id"), "received", ["source", "read_at", "id"])
    op.create_index(op.f("ix_received_arrived_at"), "received", ["arrived_at"])


def _ordered_alike(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
