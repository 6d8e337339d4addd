"""An alert keeps when its next step was settled, so that a wrong clock's choice can be repaired."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

# The engine settled the steps that wait when it last told of an alert, or opened it.
_SETTLED = sa.text(
    "UPDATE alerts SET step_set_at = COALESCE(told_at, opened_at) WHERE next_step_at IS NOT NULL"
)


def upgrade() -> None:
    """Add the column, and fill it for the steps that wait."""
    op.add_column("alerts", sa.Column("step_set_at", sa.BigInteger()))
    op.execute(_SETTLED)
