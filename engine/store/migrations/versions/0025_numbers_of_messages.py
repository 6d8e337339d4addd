"""A message keeps the number that it was handed over to, because the recipient's may move."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the number; earlier messages are taken to have gone to today's number."""
    op.add_column("outbox", sa.Column("phone", sa.String(20), nullable=True))
    op.execute(
        "UPDATE outbox SET phone ="
        " (SELECT staff.phone FROM staff WHERE staff.id = outbox.staff_id)"
        " WHERE attempts > 0"
    )
    op.execute("UPDATE outbox SET sent_at = NULL WHERE state = 'queued'")
    # A message whose sender died was handed over all the same.
    op.execute(
        "UPDATE outbox SET sent_at = updated_at"
        " WHERE sent_at IS NULL AND state IN ('claimed', 'unknown')"
    )
    op.drop_index("ix_outbox_staff_id_sent_at", "outbox")
    op.create_index(op.f("ix_outbox_staff_id"), "outbox", ["staff_id"])
    op.create_index(op.f("ix_outbox_phone_sent_at"), "outbox", ["phone", "sent_at"])
