"""On call: rotations, overrides, absences, and who was passed over."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "rotations",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("first_handover", sa.BigInteger(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rotations")),
    )
    _table(
        "on_call_overrides",
        sa.Column("rotation", sa.String(length=40), nullable=False),
        *_for_a_time(),
    )
    _table(
        "absences",
        *_for_a_time()[:-1],
        _staff("stand_in_id"),
        _for_a_time()[-1],
        others=["stand_in_id"],
    )
    op.create_table(
        "passed_over",
        sa.Column("id", _ID, nullable=False),
        sa.Column("alert_id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=True),
        _staff("staff_id"),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_passed_over_alert_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_passed_over_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passed_over")),
    )
    op.create_index(op.f("ix_passed_over_alert_id"), "passed_over", ["alert_id"])


def _staff(name: str) -> sa.Column[Any]:
    return sa.Column(name, _ID, nullable=True)


def _for_a_time() -> list[sa.Column[Any]]:
    return [
        sa.Column("staff_id", _ID, nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
    ]


def _table(name: str, *columns: sa.Column[Any], others: list[str] | None = None) -> None:
    op.create_table(
        name,
        sa.Column("id", _ID, nullable=False),
        *columns,
        *(
            sa.ForeignKeyConstraint([key], ["staff.id"], name=op.f(f"fk_{name}_{key}"))
            for key in ["staff_id", *(others or [])]
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
