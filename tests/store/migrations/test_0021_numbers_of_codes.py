"""Version 0021 lets each reply code belong to the number of the person who was told."""

from __future__ import annotations

from engine.store.database.connection import Database
from tests.store.migrations.older_database import downgrade_to, put, put_alert, rows


def test_a_code_of_the_version_before_belongs_to_the_number_of_today(
    own_database: Database,
) -> None:
    downgrade_to(own_database, "0020")
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        for number, phone in ((1, "+12025550101"), (2, None)):
            row = {"id": number, "ref": f"S-{number}", "role": "admin", "phone": phone}
            put(conn, "staff", **row, timezone="UTC", active=True)
        put_alert(conn)
        for number in (1, 2):
            put(conn, "reply_codes", staff_id=number, alert_id=1, code=17, told_at=1)
    own_database.upgrade()
    with own_database.read() as conn:
        found = [(row["staff_id"], row["phone"], row["code"]) for row in rows(conn, "reply_codes")]
    assert found == [(1, "+12025550101", 17), (2, "", 17)]
