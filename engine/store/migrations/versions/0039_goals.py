"""Find the goals of clients without reading all of their events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add an index of the few events that are about goals."""
    goals = sa.text("kind = 'goal'")
    op.create_index(
        "ix_events_goals",
        "events",
        ["client_id", "occurred_at", "source", "key"],
        sqlite_where=goals,
        postgresql_where=goals,
    )
