"""The secrets of authenticator apps may be sealed, which makes them longer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen the column; a daemon with a key seals the secrets in it when it starts."""
    with op.batch_alter_table("passwords") as batch:
        batch.alter_column("totp_secret", existing_type=sa.String(64), type_=sa.String(200))
