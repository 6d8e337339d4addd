"""An alert holds since when people are told of it, so that they are not told too soon again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the instant; of older alerts it is when people were last told of them."""
    op.add_column("alerts", sa.Column("notified_at", sa.BigInteger()))
    op.execute("UPDATE alerts SET notified_at = told_at")
