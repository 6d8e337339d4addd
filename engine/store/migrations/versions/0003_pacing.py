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
    op.add_column("alerts", sa.Column("reminders", sa.Integer(), server_default="0", nullable=False))
