"""An identifier can be withdrawn, and an assignment follows a client who was merged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the columns."""
    op.add_column("client_identifiers", sa.Column("withdrawn_at", sa.BigInteger))
    op.add_column("assignments", sa.Column("said_of", _ID))
