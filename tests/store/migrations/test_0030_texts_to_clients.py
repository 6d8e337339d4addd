"""Version 0030 lets messages go to clients; those to staff stay as they were."""

from __future__ import annotations

from engine.store.database.connection import Database
from tests.store.migrations.older_database import downgrade_to, put, put_alert, rows


def test_messages_to_staff_and_what_refers_to_them_are_kept(own_database: Database) -> None:
    downgrade_to(own_database, "0029")
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        put(conn, "staff", id=1, ref="S-1", role="admin", timezone="UTC", active=True)
        put_alert(conn)
        put(
            conn, "outbox", id=7, alert_id=1, step=0, staff_id=1, kind="step", body="Hello",
            state="sent", created_at=1, due_at=1, updated_at=1,
        )  # fmt: skip
        put(
            conn, "disclosures", id=1, at=1, client_id=1, staff_id=1, alert_id=1, told="step",
            message_id=7, attempt=1, scope="s", purpose="p", given_at=1,
        )  # fmt: skip
    own_database.upgrade()
    with own_database.write() as conn:
        (message,) = rows(conn, "outbox")
        assert (message["staff_id"], message["client_id"], message["body"]) == (1, None, "Hello")
        assert rows(conn, "disclosures")[0]["message_id"] == 7
        put(
            conn, "outbox", id=8, step=0, client_id=1, kind="ask", sequence=3, body="Hello",
            state="queued", created_at=1, due_at=1, updated_at=1,
        )  # fmt: skip
        assert len(rows(conn, "outbox")) == 2
