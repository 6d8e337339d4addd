"""Outages: which alerts began in silence, and whether they are held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("alerts", sa.Column("silence", sa.String(10), nullable=True))
    op.add_column("alerts", sa.Column("held_at", sa.BigInteger(), nullable=True))
    where = sa.text("silence IS NOT NULL")
    op.create_index(
        "ix_alerts_silence",
        "alerts",
        ["silence", "state"],
        sqlite_where=where,
        postgresql_where=where,
    )
