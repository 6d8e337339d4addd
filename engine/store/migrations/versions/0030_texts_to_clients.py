"""Clients who agreed get texts, and expectations keep the question and its answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add agreements, let a message go to a client, and note when a client was asked."""
    op.create_table(
        "agreements",
        sa.Column("id", _ID, nullable=False),
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.String(200), nullable=False),
        sa.Column("wording", sa.String(40), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("quiet_from", sa.String(5), nullable=False),
        sa.Column("quiet_to", sa.String(5), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_agreements_client_id"),
        sa.PrimaryKeyConstraint("id", name="pk_agreements"),
    )
    op.create_index("ix_agreements_client_id", "agreements", ["client_id"])
    op.add_column("expectations", sa.Column("asked_at", sa.BigInteger()))
    op.add_column("expectations", sa.Column("answers", sa.String(200)))
    op.create_index("ix_expectations_client_id_asked_at", "expectations", ["client_id", "asked_at"])
    op.add_column("outbox", sa.Column("client_id", sa.BigInteger()))
    _may_go_to_nobody_of_staff()
    to_client = sa.text("client_id IS NOT NULL")
    op.create_index(
        "uq_outbox_to_client",
        "outbox",
        ["client_id", "kind", "sequence"],
        unique=True,
        sqlite_where=to_client,
        postgresql_where=to_client,
    )


def _may_go_to_nobody_of_staff() -> None:
    op.drop_index("uq_outbox_without_alert", "outbox")
    with _no_references(), op.batch_alter_table("outbox") as batch:
        batch.alter_column("staff_id", existing_type=_ID, nullable=True)
    no_alert = sa.text("alert_id IS NULL")
    op.create_index(
        "uq_outbox_without_alert",
        "outbox",
        ["step", "staff_id", "kind", "sequence", "subject_id"],
        unique=True,
        sqlite_where=no_alert,
        postgresql_where=no_alert,
    )


@contextmanager
def _no_references() -> Iterator[None]:
    """Take the references to messages away for a while, because SQLite's table is made again."""
    conn = op.get_bind()
    if conn.dialect.name != "sqlite":
        yield
        return
    kept = "CREATE TEMPORARY TABLE told_by AS SELECT id, message_id FROM disclosures"
    conn.execute(sa.text(f"{kept} WHERE message_id IS NOT NULL"))
    conn.execute(sa.text("UPDATE disclosures SET message_id = NULL"))
    yield
    conn.execute(
        sa.text(
            "UPDATE disclosures SET message_id = told_by.message_id FROM told_by"
            " WHERE told_by.id = disclosures.id"
        )
    )
    conn.execute(sa.text("DROP TABLE told_by"))
