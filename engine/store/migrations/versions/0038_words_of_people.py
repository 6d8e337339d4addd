"""People mark clients' texts as seen and write notes; texts to staff may hold a link."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the tables; so far no person has marked or written anything."""
    op.create_table(
        "seen_texts",
        sa.Column("inbox_id", _ID, nullable=False, autoincrement=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name="fk_seen_texts_inbox_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_seen_texts_account_id"),
        sa.PrimaryKeyConstraint("inbox_id", name="pk_seen_texts"),
    )
    op.create_table(
        "notes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("alert_id", _ID),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_notes_client_id"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_notes_alert_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_notes_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
    )
    op.create_index("ix_notes_client_id", "notes", ["client_id"])
    op.create_table(
        "alert_links",
        sa.Column("token", sa.String(12), nullable=False),
        sa.Column("alert_id", _ID, nullable=False),
        sa.Column("staff_id", _ID, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_links_alert_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_alert_links_staff_id"),
        sa.PrimaryKeyConstraint("token", name="pk_alert_links"),
        sa.UniqueConstraint("alert_id", "staff_id", name="uq_alert_links_alert_id_staff_id"),
    )
