"""Keep the last tick of the machine's clock, and read rows dated too far ahead again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables of the clock, and the instant from which a reject is read again."""
    op.create_table(
        "machine_clock",
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.Column("jumped_at", sa.BigInteger()),
        sa.Column("jumped_by", sa.BigInteger()),
        sa.Column("repaired_at", sa.BigInteger()),
        sa.Column("was", sa.BigInteger()),
        sa.PrimaryKeyConstraint("at", name=op.f("pk_machine_clock")),
    )
    op.create_table(
        "clock_differences",
        sa.Column("host", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_clock_differences")),
    )
    op.add_column("rejects", sa.Column("retry_at", sa.BigInteger()))
    op.create_index(op.f("ix_rejects_retry_at"), "rejects", ["retry_at"])
