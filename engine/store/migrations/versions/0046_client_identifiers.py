"""Clients are known by the numbers of other systems too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "client_identifiers",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("said_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name="fk_client_identifiers_client_id"
        ),
        sa.PrimaryKeyConstraint("name", name="pk_client_identifiers"),
    )
    op.create_index("ix_client_identifiers_client_id", "client_identifiers", ["client_id"])
