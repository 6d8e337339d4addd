"""The last gap in which no daemon ran is kept, so that what happened meanwhile is told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when the last gap began and ended."""
    op.add_column("machine_clock", sa.Column("away_from", sa.BigInteger()))
    op.add_column("machine_clock", sa.Column("away_until", sa.BigInteger()))
