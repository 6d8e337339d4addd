"""An index of a column that is mostly empty holds only the rows that have a value."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_COLUMNS = {
    "evaluations": (["dirty_from"], ["change"]),
    "outbox": (["provider_id"], ["bundle_id"], ["phone", "sent_at"]),
}


def upgrade() -> None:
    """Make these indexes again."""
    for table, indexes in _COLUMNS.items():
        for columns in indexes:
            name = f"ix_{table}_{'_'.join(columns)}"
            there = sa.text(f"{columns[0]} IS NOT NULL")
            op.drop_index(name, table)
            op.create_index(
                name,
                table,
                columns,
                unique=columns == ["provider_id"],
                sqlite_where=there,
                postgresql_where=there,
            )
