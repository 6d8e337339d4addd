"""A message carries its urgency, so that an urgent text waits behind no other."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_SEVERITIES = {"urgent": 0, "high": 1, "medium": 2, "low": 3}
_OF_ALERT = sa.text(
    "UPDATE outbox SET urgency = :urgency WHERE kind NOT IN ('notice', 'reaches_nobody') AND"
    " alert_id IN (SELECT id FROM alerts WHERE severity = :severity)"
)


def upgrade() -> None:
    """Add the column, fill it, and let an index lead to what goes first."""
    op.add_column("outbox", sa.Column("urgency", sa.Integer(), server_default="2", nullable=False))
    for severity, urgency in _SEVERITIES.items():
        op.get_bind().execute(_OF_ALERT, {"severity": severity, "urgency": urgency})
    op.execute("UPDATE outbox SET urgency = 1 WHERE kind = 'reaches_nobody'")
    op.execute("UPDATE outbox SET urgency = 0 WHERE kind IN ('held_urgent', 'danger')")
    op.drop_index("ix_outbox_state_due_at", "outbox")
    op.create_index(
        op.f("ix_outbox_state_urgency_due_at"), "outbox", ["state", "urgency", "due_at"]
    )
