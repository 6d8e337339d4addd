"""Quieted alerts get their own index, because every step looks for those that no longer are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index, which only quieted alerts are in."""
    where = sa.text("quieted_by IS NOT NULL")
    op.create_index(
        "ix_alerts_quieted",
        "alerts",
        ["state", "quieted_by"],
        sqlite_where=where,
        postgresql_where=where,
    )
