"""Disclosures: what mentors were told about clients, under which consent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column and make the tables."""
    op.add_column(
        "outbox", sa.Column("to_mentor", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "disclosures",
        sa.Column("id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("staff_id", _ID, nullable=False),
        sa.Column("alert_id", _ID, nullable=False),
        sa.Column("told", sa.String(length=20), nullable=False),
        sa.Column("message_id", _ID, nullable=True),
        sa.Column("text_id", _ID, nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_disclosures_client_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_disclosures_staff_id")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_disclosures_alert_id")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outbox.id"], name=op.f("fk_disclosures_message_id")
        ),
        sa.ForeignKeyConstraint(["text_id"], ["inbox.id"], name=op.f("fk_disclosures_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
        sa.UniqueConstraint(
            "message_id", "attempt", name=op.f("uq_disclosures_message_id_attempt")
        ),
    )
    op.create_index(op.f("ix_disclosures_client_id_at"), "disclosures", ["client_id", "at"])
    op.create_table(
        "disclosures_averted",
        sa.Column("disclosure_id", _ID, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["disclosure_id"], ["disclosures.id"], name=op.f("fk_disclosures_averted_disclosure_id")
        ),
        sa.PrimaryKeyConstraint("disclosure_id", name=op.f("pk_disclosures_averted")),
    )
