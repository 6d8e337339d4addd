"""What each client is due to do, a row an occurrence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table; it fills as schedules serve."""
    op.create_table(
        "expectations",
        sa.Column("id", _ID, nullable=False),
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("schedule_id", sa.String(60), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(30)),
        sa.Column("reason", sa.String(30)),
        sa.Column("event_source", _ordered_alike(64)),
        sa.Column("event_key", _ordered_alike(100)),
        sa.Column("ended_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_expectations_client_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expectations")),
        sa.UniqueConstraint(
            "client_id",
            "schedule_id",
            "day",
            name=op.f("uq_expectations_client_id_schedule_id_day"),
        ),
    )
    op.create_index(
        op.f("ix_expectations_client_id_closes_at"), "expectations", ["client_id", "closes_at"]
    )
    still_open = sa.text("outcome IS NULL")
    op.create_index(
        "ix_expectations_open",
        "expectations",
        ["due_at"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def _ordered_alike(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
