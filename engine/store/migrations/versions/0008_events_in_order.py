"""One index holds a client's events in the order of reading, so that nothing sorts them."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put the index in the place of the one that knew the instants alone."""
    in_order = ["client_id", "occurred_at", "source", "key"]
    op.create_index("ix_events_client_id_occurred_at_source_key", "events", in_order)
    op.drop_index("ix_events_client_id_occurred_at", "events")
