"""Every database takes the same of two events at one instant for the newer one."""

from __future__ import annotations

from alembic import op
from sqlalchemy import String

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Order the identities of events by code point, as SQLite does."""
    if op.get_bind().dialect.name == "postgresql":
        for name, length in (("source", 64), ("key", 100)):
            op.alter_column("events", name, type_=String(length, collation="C"))
