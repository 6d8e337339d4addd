"""A client's record names their timezones with the dates from which each counts."""

from __future__ import annotations

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Date each client's timezone from enrolment.

    An attribute could have the name of the new entry; it goes, because it is no timezone that was
    read as one.
    """
    op.execute("DELETE FROM record_entries WHERE entry = 'timezone'")
    op.execute(
        "INSERT INTO record_entries (client_id, at, entry, value)"
        " SELECT clients.id,"
        " COALESCE(MIN(CASE WHEN entry = 'enrolled' THEN at END), MIN(at), 0),"
        " 'timezone', clients.timezone"
        " FROM clients LEFT JOIN record_entries ON record_entries.client_id = clients.id"
        " GROUP BY clients.id, clients.timezone"
    )
