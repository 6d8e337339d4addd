"""Keep attributes of staff, consents to letters, and the letters that were handed out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the three tables."""
    op.create_table(
        "staff_attributes",
        sa.Column("staff_id", _ID, nullable=False, autoincrement=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_attributes_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", "name", name="pk_staff_attributes"),
    )
    op.create_table(
        "letter_consents",
        sa.Column("id", _ID, nullable=False),
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("recipient_kind", sa.String(20), nullable=False),
        sa.Column("recipient", sa.String(120), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("how", sa.String(200), nullable=False),
        sa.Column("given_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_letter_consents_client_id"),
        sa.PrimaryKeyConstraint("id", name="pk_letter_consents"),
    )
    op.create_index("ix_letter_consents_client_id", "letter_consents", ["client_id"])
    op.create_table(
        "letters",
        sa.Column("id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("consent_id", _ID, nullable=False),
        sa.Column("template", sa.String(64), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_letters_client_id"),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["letter_consents.id"], name="fk_letters_consent_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_letters"),
        sa.UniqueConstraint("sha256", name="uq_letters_sha256"),
    )
    op.create_index("ix_letters_client_id_at", "letters", ["client_id", "at"])
