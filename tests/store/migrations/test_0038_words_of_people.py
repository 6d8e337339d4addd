"""Version 0038 keeps what people wrote about clients; texts of the version before are unseen."""

from __future__ import annotations

from engine.store.database.connection import Database
from engine.store.messages import conversation, seen_texts
from tests.store.migrations.older_database import downgrade_to, put


def test_a_text_of_the_version_before_can_be_marked_as_seen(own_database: Database) -> None:
    downgrade_to(own_database, "0037")
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        put(conn, "accounts", id=4, name="anna", role="supervisor")
        put(
            conn, "inbox", id=7, provider_id="SM1", sender="+12025550102", body="hello",
            received_at=5, client_id=1,
        )  # fmt: skip
    own_database.upgrade()
    with own_database.write() as conn:
        assert seen_texts.unseen_of(conn, 1) == 1
        seen_texts.mark(conn, 1, 7, 4, 9)
        (text,) = conversation.read(conn, 1, 10)
        assert (text.body, text.seen_by, text.seen_at) == ("hello", "anna", 9)
