"""Version 0018 gives each message its urgency, by its kind and by its alert."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.store.database.connection import Database
from tests.store.migrations.older_database import downgrade_to, put, rows

URGENCY = {"urgent": 0, "high": 1, "medium": 2, "low": 3}
AT = {"created_at": 1, "due_at": 1, "updated_at": 1}


def test_messages_of_the_version_before_are_as_urgent_as_their_alerts(
    own_database: Database,
) -> None:
    downgrade_to(own_database, "0015")
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        put(conn, "staff", id=1, ref="S-1", role="admin", timezone="UTC", active=True)
        put(conn, "rule_sets", id=1, hash="h", accepted_at=1, files="{}")
        for severity, number in URGENCY.items():
            put(
                conn, "alerts", id=number + 1, client_id=1, rule_id="r", rule_version="v",
                rule_set_id=1, severity=severity, state="open", began=1, opened_at=1,
                historic=False, shadow=False, evidence="{}", policy="[]",
            )  # fmt: skip
            _put_message(conn, id=number + 1, alert_id=number + 1, kind="step")
        _put_message(conn, id=5, alert_id=1, kind="notice")
        _put_message(conn, id=6, alert_id=4, kind="reaches_nobody")
        _put_message(conn, id=7, kind="danger")
    own_database.upgrade()
    with own_database.read() as conn:
        assert [row["urgency"] for row in rows(conn, "outbox")] == [0, 1, 2, 3, 2, 1, 0]


def _put_message(conn: Connection, **values: object) -> None:
    put(conn, "outbox", step=0, staff_id=1, body="words", state="queued", **values, **AT)
