"""What complete lists of a source hold, so that a row that is gone from them says something."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; it fills as lists are read."""
    op.create_table(
        "list_rows",
        sa.Column("source", _ordered_alike(64), nullable=False),
        sa.Column("list", sa.String(300), nullable=False),
        sa.Column("key", _ordered_alike(300), nullable=False),
        sa.Column("item", sa.String(300), nullable=False),
        sa.Column("roster", sa.String(20)),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("gone_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("source", "list", "key", name=op.f("pk_list_rows")),
    )
    op.create_index(op.f("ix_list_rows_gone_at"), "list_rows", ["gone_at"])


def _ordered_alike(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
