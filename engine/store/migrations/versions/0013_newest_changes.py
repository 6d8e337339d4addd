"""Each change of a client gets a number, so that the newest changes are judged before a backlog."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the number, and the index by which the newest are found."""
    op.add_column("evaluations", sa.Column("change", sa.BigInteger()))
    op.create_index(op.f("ix_evaluations_change"), "evaluations", ["change"])
