"""Version 0047 has room for supporters, and keeps every disclosure."""

from __future__ import annotations

from engine.store.database.connection import Database
from engine.store.tables.people import disclosures
from tests.store.migrations.older_database import downgrade_to, put, put_alert, rows


def test_disclosures_of_before_stay_and_one_may_be_of_no_alert(own_database: Database) -> None:
    downgrade_to(own_database, "0046")
    under = {"scope": "alerts", "purpose": "support", "given_at": 1}
    person = {"timezone": "UTC", "active": True}
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        put(conn, "staff", id=2, ref="M-2", role="mentor", **person)
        put(conn, "consents", id=1, client_id=1, staff_id=2, alias="Jo", **under)
        put_alert(conn)
        told = {"client_id": 1, "staff_id": 2, "told": "reminder", "attempt": 1, **under}
        for number in (1, 2):
            put(conn, "disclosures", id=number, at=5, alert_id=1, **told)
        put(conn, "disclosures_averted", disclosure_id=2, at=6)
    own_database.upgrade()
    with own_database.write() as conn:
        assert [row["id"] for row in rows(conn, "disclosures")] == [1, 2]
        assert [row["disclosure_id"] for row in rows(conn, "disclosures_averted")] == [2]
        assert rows(conn, "consents")[0]["relation"] is None
        conn.execute(disclosures.insert().values(id=3, at=7, alert_id=None, **told))
        assert [row["alert_id"] for row in rows(conn, "disclosures")] == [1, 1, None]
