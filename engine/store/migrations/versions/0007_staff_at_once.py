"""Staff are found by their phone and by their role without a look at all of them."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    for name in ("phone", "role"):
        op.create_index(op.f(f"ix_staff_{name}"), "staff", [name])
