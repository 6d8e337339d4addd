"""A rotation has hours on some days of the week, and turns of a day or a week."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_EVERY_DAY = json.dumps(
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
)


def upgrade() -> None:
    """Add the columns; rotations of before serve at all hours, a week each."""
    for column in (
        sa.Column("turn", sa.String(10), nullable=False, server_default="1 week"),
        sa.Column("weekdays", sa.Text(), nullable=False, server_default=_EVERY_DAY),
        sa.Column("from_time", sa.BigInteger(), nullable=True),
        sa.Column("to_time", sa.BigInteger(), nullable=True),
    ):
        op.add_column("rotations", column)
    with op.batch_alter_table("rotations") as batch:
        batch.alter_column("turn", existing_type=sa.String(10), server_default=None)
        batch.alter_column("weekdays", existing_type=sa.Text(), server_default=None)
