"""Pacing: which alerts wait for another, and when people were last told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("alerts", sa.Column("quieted_by", sa.BigInteger(), nullable=True))
    op.add_column("alerts", sa.Column("told_at", sa.BigInteger(), nullable=True))
    op.add_column(
        "alerts", sa.Column("reminders", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("outbox", sa.Column("sent_at", sa.BigInteger(), nullable=True))
    op.add_column("outbox", sa.Column("bundle_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_outbox_bundle_id"), "outbox", ["bundle_id"])
    op.create_index(op.f("ix_outbox_staff_id_sent_at"), "outbox", ["staff_id", "sent_at"])
