"""Version 0020 ties each text that came in to its sender and to the alerts that it opened."""

from __future__ import annotations

from engine.store.database.connection import Database
from tests.store.migrations.older_database import downgrade_to, put, rows


def test_texts_of_the_version_before_find_their_senders_and_alerts(own_database: Database) -> None:
    downgrade_to(own_database, "0010")
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC", phone="+1")
        put(conn, "staff", id=2, ref="S-2", role="admin", timezone="UTC", active=True, phone="+2")
        put(conn, "rule_sets", id=1, hash="h", accepted_at=1, files="{}")
        put(
            conn, "alerts", id=7, client_id=1, rule_id="client_text", rule_version="1",
            rule_set_id=1, severity="low", state="open", began=1, opened_at=1, historic=False,
            shadow=False, evidence="{}", policy="[]",
        )  # fmt: skip
        for number, sender in enumerate(("+1", "+2", "+3"), 1):
            text = {"provider_id": f"SM{number}", "sender": sender, "body": "hi", "received_at": 1}
            put(conn, "inbox", id=number, **text)
        put(
            conn, "audit", id=1, at=1, actor="inbox", action="text came in", subject="text 1",
            detail='{"opened":[7],"understood":"text"}', previous="", hash="h",
        )  # fmt: skip
    own_database.upgrade()
    with own_database.read() as conn:
        found = [(row["client_id"], row["staff_id"]) for row in rows(conn, "inbox")]
        assert found == [(1, None), (None, 2), (None, None)]
        assert rows(conn, "inbox_alerts") == [{"inbox_id": 1, "alert_id": 7}]
