"""A message says in columns of their own what it is for, and not in a text that begins with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# What the texts of the version before began with, the longer ones first.
_KINDS = {
    "reaches nobody": "reaches_nobody",
    "held urgent": "held_urgent",
    "snooze over": "snooze_over",
    "opted out": "opted_out",
    "inference": "inference",
    "remind-": "reminder",
    "danger": "danger",
    "broken": "promises_broken",
    "mended": "promises_mended",
    "notice": "notice",
    "newly": "newly",
    "storm": "storm",
    "held": "held",
    "step": "step",
}
_UNIQUE = ["alert_id", "step", "staff_id", "kind", "sequence", "subject_id"]


def upgrade() -> None:
    """Add the columns, fill them from the texts, and let them make a message unique."""
    op.drop_index("uq_outbox_without_alert", "outbox")
    op.add_column("outbox", sa.Column("kind", sa.String(20), nullable=True))
    for name in ("sequence", "subject_id"):
        op.add_column(
            "outbox", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
        )
    _fill()
    with _no_references(), op.batch_alter_table("outbox") as batch:
        batch.drop_constraint("uq_outbox_alert_id_step_staff_id_reason", type_="unique")
        batch.drop_column("reason")
        batch.alter_column("kind", existing_type=sa.String(20), nullable=False)
        batch.create_unique_constraint(op.f("uq_outbox_" + "_".join(_UNIQUE)), _UNIQUE)
    op.create_index(
        "uq_outbox_without_alert",
        "outbox",
        _UNIQUE[1:],
        unique=True,
        sqlite_where=sa.text("alert_id IS NULL"),
        postgresql_where=sa.text("alert_id IS NULL"),
    )


def _fill() -> None:
    conn = op.get_bind()
    conn.execute(sa.text("UPDATE outbox SET kind = 'step' WHERE reason = 'step'"))
    rows = conn.execute(sa.text("SELECT id, reason FROM outbox WHERE kind IS NULL")).all()
    if rows:
        filled = sa.text(
            "UPDATE outbox SET kind = :kind, sequence = :sequence, subject_id = :subject"
            " WHERE id = :id"
        )
        conn.execute(filled, [{"id": row.id, **_read(row.id, row.reason)} for row in rows])


def _read(message_id: int, reason: str) -> dict[str, str | int]:
    """Return the kind, sequence and subject of a message of the version before."""
    for beginning, kind in _KINDS.items():
        numbers = reason.removeprefix(beginning).split()
        if reason.startswith(beginning) and len(numbers) <= 2 and all(map(str.isdigit, numbers)):
            subject, sequence = ["0", "0", *numbers][-2:]
            return {"kind": kind, "sequence": int(sequence), "subject": int(subject)}
    # Nothing made such a message, and one that only tells what became of an alert does no harm.
    return {"kind": "notice", "sequence": message_id, "subject": 0}


@contextmanager
def _no_references() -> Iterator[None]:
    """Take the references to messages away for a while, because SQLite's table is made again."""
    conn = op.get_bind()
    if conn.dialect.name != "sqlite":
        yield
        return
    conn.execute(
        sa.text(
            "CREATE TEMPORARY TABLE told_by AS SELECT id, message_id FROM disclosures"
            " WHERE message_id IS NOT NULL"
        )
    )
    conn.execute(sa.text("UPDATE disclosures SET message_id = NULL"))
    yield
    conn.execute(
        sa.text(
            "UPDATE disclosures SET message_id = told_by.message_id FROM told_by"
            " WHERE told_by.id = disclosures.id"
        )
    )
    conn.execute(sa.text("DROP TABLE told_by"))
