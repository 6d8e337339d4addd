"""Random draws have a seed for each month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; seeds are made as schedules draw."""
    op.create_table(
        "draw_seeds",
        sa.Column("schedule_id", sa.String(60), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("made_on", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("schedule_id", "month", name="pk_draw_seeds"),
    )
