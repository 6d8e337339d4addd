"""Lists for people cost the same at any size of the caseload."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_RANK = (
    "(CASE severity WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' "
    "THEN 3 ELSE 4 END)"
)


def upgrade() -> None:
    """Index the clients of each person, unresolved alerts and unseen texts."""
    op.create_index("ix_assignments_staff_id", "assignments", ["staff_id"])
    op.create_index("ix_alerts_rule_id_opened_at", "alerts", ["rule_id", "opened_at"])
    op.create_index(
        "ix_alerts_unresolved",
        "alerts",
        [sa.text(_RANK), "opened_at", "client_id", "state"],
        sqlite_where=sa.text("state != 'resolved' AND shadow = 0"),
        postgresql_where=sa.text("state != 'resolved' AND NOT shadow"),
    )
    op.add_column("inbox", sa.Column("seen_by", sa.BigInteger))
    op.add_column("inbox", sa.Column("seen_at", sa.BigInteger))
    op.execute(
        "UPDATE inbox SET seen_by = seen_texts.account_id, seen_at = seen_texts.at "
        "FROM seen_texts WHERE seen_texts.inbox_id = inbox.id"
    )
    op.drop_table("seen_texts")
    unseen = sa.text("client_id IS NOT NULL AND seen_at IS NULL")
    op.create_index(
        "ix_inbox_unseen",
        "inbox",
        ["client_id", "received_at"],
        sqlite_where=unseen,
        postgresql_where=unseen,
    )
