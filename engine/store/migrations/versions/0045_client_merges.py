"""Clients who are one person are merged, and each event keeps whom its source means."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the table of merges, and a column to events and their versions."""
    op.create_table(
        "client_merges",
        sa.Column("id", _ID, nullable=False),
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("into_id", _ID, nullable=False),
        sa.Column("merged_at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("ended_care", sa.Boolean, nullable=False),
        sa.Column("alert_ids", sa.Text, nullable=False),
        sa.Column("phone", sa.String(20)),
        sa.Column("undone_at", sa.BigInteger),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_client_merges_client_id"),
        sa.ForeignKeyConstraint(["into_id"], ["clients.id"], name="fk_client_merges_into_id"),
        sa.PrimaryKeyConstraint("id", name="pk_client_merges"),
    )
    op.create_index("ix_client_merges_client_id", "client_merges", ["client_id"])
    op.create_index("ix_client_merges_into_id", "client_merges", ["into_id"])
    # SQLite adds a column that may be empty without writing the table anew.
    op.add_column("events", sa.Column("said_of", _ID))
    op.add_column("event_versions", sa.Column("said_of", _ID))
