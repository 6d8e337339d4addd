"""Rows that take events back are remembered, and rejects know the event that they would make."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns; a standing event was known by its id alone."""
    op.create_table(
        "withdrawals",
        sa.Column("source", _ordered_alike(64), nullable=False),
        sa.Column("key", _ordered_alike(100), nullable=False),
        sa.Column("item", sa.String(300), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("away", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", "item", name=op.f("pk_withdrawals")),
    )
    op.add_column("rejects", sa.Column("key", _ordered_alike(300)))
    for name, length in (("source", 64), ("key", 100)):
        op.add_column("event_versions", sa.Column(name, _ordered_alike(length)))
    op.execute(
        "UPDATE event_versions SET"
        " source = (SELECT source FROM events WHERE events.id = event_versions.event_id),"
        " key = (SELECT key FROM events WHERE events.id = event_versions.event_id)"
    )
    op.create_index(op.f("ix_event_versions_source_key"), "event_versions", ["source", "key"])


def _ordered_alike(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
