"""Supporters agree to texts, and clients say who they are; a disclosure may be of no alert."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the agreements of supporters, and let consents name the relation."""
    op.create_table(
        "supporter_agreements",
        sa.Column("id", _ID, nullable=False),
        sa.Column("staff_id", _ID, nullable=False),
        sa.Column("given_at", sa.BigInteger, nullable=False),
        sa.Column("how", sa.String(200), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("quiet_from", sa.String(5), nullable=False),
        sa.Column("quiet_to", sa.String(5), nullable=False),
        sa.Column("series", sa.String(64)),
        sa.Column("withdrawn_at", sa.BigInteger),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_supporter_agreements_staff_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_supporter_agreements"),
    )
    op.create_index("ix_supporter_agreements_staff_id", "supporter_agreements", ["staff_id"])
    op.add_column("consents", sa.Column("relation", sa.String(40)))
    op.add_column("consents", sa.Column("how", sa.String(200)))
    # The tables that it names are left alone: one has an index that cannot be read back.
    alone = {"resolve_fks": False}
    with _no_references(), op.batch_alter_table("disclosures", reflect_kwargs=alone) as batch:
        batch.alter_column("alert_id", existing_type=_ID, nullable=True)


@contextmanager
def _no_references() -> Iterator[None]:
    """Take the references to disclosures away for a while: SQLite makes their table again."""
    conn = op.get_bind()
    if conn.dialect.name != "sqlite":
        yield
        return
    conn.execute(sa.text("CREATE TEMPORARY TABLE averted AS SELECT * FROM disclosures_averted"))
    conn.execute(sa.text("DELETE FROM disclosures_averted"))
    yield
    conn.execute(
        sa.text("INSERT INTO disclosures_averted (disclosure_id, at) "
                "SELECT disclosure_id, at FROM averted")
    )  # fmt: skip
    conn.execute(sa.text("DROP TABLE averted"))
