"""A person changes a schedule for one client, with dates and a reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table; no schedule is changed yet."""
    op.create_table(
        "schedule_changes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("schedule_id", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("first_day", sa.String(10), nullable=False),
        sa.Column("last_day", sa.String(10)),
        sa.Column("by", sa.String(5)),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name="fk_schedule_changes_client_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_schedule_changes"),
    )
    op.create_index("ix_schedule_changes_client_id", "schedule_changes", ["client_id"])
