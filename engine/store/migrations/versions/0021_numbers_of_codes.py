"""A reply code belongs to the number that it was sent to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the number; earlier codes are taken to have gone to today's number."""
    op.add_column("reply_codes", sa.Column("phone", sa.String(20), nullable=True))
    op.execute(
        "UPDATE reply_codes SET phone = coalesce("
        "(SELECT staff.phone FROM staff WHERE staff.id = reply_codes.staff_id), '')"
    )
    key = ["staff_id", "alert_id", "phone"]
    with op.batch_alter_table("reply_codes", recreate="auto") as batch:
        batch.alter_column("phone", existing_type=sa.String(20), nullable=False)
        batch.drop_constraint("pk_reply_codes", type_="primary")
        batch.create_primary_key("pk_reply_codes", key)
    op.create_index(op.f("ix_reply_codes_phone"), "reply_codes", ["phone"])
