"""Who looked at a client also names the lists in which the client stood."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the clients of each view of a list, also of the views so far."""
    op.create_table(
        "listed_views",
        sa.Column(
            "client_id", _ID, sa.ForeignKey("clients.id"), primary_key=True, autoincrement=False
        ),
        sa.Column(
            "audit_id", _ID, sa.ForeignKey("audit.id"), primary_key=True, autoincrement=False
        ),
    )
    _fill()


def _fill() -> None:
    conn = op.get_bind()
    known = set(conn.execute(sa.text("SELECT id FROM clients")).scalars())
    add = sa.text("INSERT INTO listed_views (client_id, audit_id) VALUES (:client, :view)")
    found = sa.text("SELECT id, detail FROM audit WHERE action = 'viewed' AND detail LIKE :listed")
    rows = [
        {"client": client, "view": row.id}
        for row in conn.execute(found, {"listed": '%"clients":[%'}).all()
        for client in sorted(set(json.loads(row.detail)["clients"]) & known)
    ]
    if rows:
        conn.execute(add, rows)
