"""Metrics of expectations cost the same however long the history is."""

from __future__ import annotations

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index when expectations ended."""
    op.create_index("ix_expectations_ended_at_outcome", "expectations", ["ended_at", "outcome"])
