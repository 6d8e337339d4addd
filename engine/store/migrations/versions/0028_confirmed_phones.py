"""Numbers are confirmed before they are texted about clients; staff have a call name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the codes; the numbers that are in use count as confirmed."""
    op.add_column("staff", sa.Column("call_name", sa.String(15)))
    op.add_column("staff", sa.Column("confirmed_phone", sa.String(20)))
    op.execute("UPDATE staff SET confirmed_phone = phone")
    op.add_column("channel_state", sa.Column("verifies_numbers", sa.Boolean()))
    op.create_table(
        "phone_codes",
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("code", sa.String(4), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("denied_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_phone_codes_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", "phone", name="pk_phone_codes"),
    )
