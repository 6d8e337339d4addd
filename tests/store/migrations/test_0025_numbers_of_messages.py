"""Version 0025 lets each message keep the number that it was handed over to."""

from __future__ import annotations

from engine.store.database.connection import Database
from tests.store.migrations.older_database import downgrade_to, put, rows

AT = {"created_at": 1, "due_at": 1, "updated_at": 5}


def test_messages_of_the_version_before_went_to_the_number_of_today(own_database: Database) -> None:
    downgrade_to(own_database, "0024")
    with own_database.write() as conn:
        staff = {"role": "admin", "phone": "+12025550101", "timezone": "UTC", "active": True}
        put(conn, "staff", id=1, ref="S-1", **staff)
        for number, (state, attempts, sent_at) in enumerate(
            [
                ("queued", 0, None),
                ("queued", 2, 3),
                ("unknown", 1, None),
                ("claimed", 1, None),
                ("delivered", 1, 3),
            ],
            1,
        ):
            put(
                conn, "outbox", id=number, step=number, staff_id=1, kind="trial", body="words",
                state=state, attempts=attempts, sent_at=sent_at, **AT,
            )  # fmt: skip
    own_database.upgrade()
    with own_database.read() as conn:
        found = [(row["phone"] is not None, row["sent_at"]) for row in rows(conn, "outbox")]
    assert found == [(False, None), (True, None), (True, 5), (True, 5), (True, 3)]
