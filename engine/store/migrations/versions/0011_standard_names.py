"""Columns and tables get the field's names: fixed, inhibited, inactivity, skipped recipients."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Rename what older versions called by words of their own."""
    _rename("rejects", "mended_at", "fixed_at")
    op.drop_index("ix_alerts_quieted", "alerts")
    op.drop_index("ix_alerts_silence", "alerts")
    _rename("alerts", "quieted_by", "inhibited_by")
    _rename("alerts", "silence", "inactivity")
    _partial_index("ix_alerts_inhibited", ["state", "inhibited_by"], "inhibited_by IS NOT NULL")
    _partial_index("ix_alerts_inactivity", ["inactivity", "state"], "inactivity IS NOT NULL")
    _skipped_recipients()


def _rename(table: str, column: str, to: str) -> None:
    # Alembic would copy the whole table on SQLite, which has been able to do this since 3.25.
    op.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO {to}")


def _partial_index(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "alerts", columns, sqlite_where=condition, postgresql_where=condition)


def _skipped_recipients() -> None:
    # A new table and not a renamed one, so that its constraints and its sequence have its name too.
    op.create_table(
        "skipped_recipients",
        sa.Column("id", _ID, nullable=False),
        sa.Column("alert_id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("staff_id", _ID, nullable=True),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_skipped_recipients_alert_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_skipped_recipients_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skipped_recipients")),
    )
    columns = "id, alert_id, at, role, staff_id, why"
    op.execute(f"INSERT INTO skipped_recipients ({columns}) SELECT {columns} FROM passed_over")
    op.drop_table("passed_over")
    op.create_index(op.f("ix_skipped_recipients_alert_id"), "skipped_recipients", ["alert_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('skipped_recipients', 'id'), max(id)) "
            "FROM skipped_recipients HAVING max(id) IS NOT NULL"
        )
