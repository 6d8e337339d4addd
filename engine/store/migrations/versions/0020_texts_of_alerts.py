"""An incoming text holds its sender and its alerts, so that people can read it there."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table, and fill them from the roster and the audit log."""
    op.add_column("inbox", sa.Column("client_id", sa.BigInteger(), nullable=True))
    op.add_column("inbox", sa.Column("staff_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_inbox_client_id_id", "inbox", ["client_id", "id"])
    op.create_table(
        "inbox_alerts",
        sa.Column(
            "inbox_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.ForeignKey("inbox.id", name="fk_inbox_alerts_inbox_id"),
            nullable=False,
            autoincrement=False,
        ),
        sa.Column(
            "alert_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.ForeignKey("alerts.id", name="fk_inbox_alerts_alert_id"),
            nullable=False,
            autoincrement=False,
        ),
        sa.PrimaryKeyConstraint("inbox_id", "alert_id", name="pk_inbox_alerts"),
    )
    op.create_index("ix_inbox_alerts_alert_id", "inbox_alerts", ["alert_id"])
    for table, column in (("clients", "client_id"), ("staff", "staff_id")):
        op.execute(
            f"UPDATE inbox SET {column} = "
            f"(SELECT min({table}.id) FROM {table} WHERE {table}.phone = inbox.sender)"
        )
    _link()


def _link() -> None:
    conn = op.get_bind()
    came_in = sa.text("SELECT subject, detail FROM audit WHERE action = 'text came in'")
    link = sa.text("INSERT INTO inbox_alerts (inbox_id, alert_id) VALUES (:text, :alert)")
    for subject, detail in conn.execute(came_in).all():
        for alert in json.loads(detail).get("opened", []):
            conn.execute(link, {"text": int(subject.removeprefix("text ")), "alert": alert})
