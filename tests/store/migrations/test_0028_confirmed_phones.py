"""Version 0028 verifies numbers; those that were in use count as confirmed."""

from __future__ import annotations

from engine.store.database.connection import Database
from engine.store.operations import channel_state
from engine.store.people import phone_codes, staff
from tests.store.migrations.older_database import downgrade_to, put


def test_a_number_of_the_version_before_is_confirmed(own_database: Database) -> None:
    downgrade_to(own_database, "0027")
    row = {"role": "case_manager", "timezone": "UTC", "active": True}
    with own_database.write() as conn:
        put(conn, "staff", id=1, ref="S-1", phone="+15550100001", **row)
        put(conn, "staff", id=2, ref="S-2", phone=None, **row)
        put(conn, "channel_state", channel="sms", failures=0)
    own_database.upgrade()
    with own_database.read() as conn:
        confirmed = [one.phone_confirmed for one in staff.everybody(conn).values()]
        assert confirmed == [True, False]
        assert phone_codes.unconfirmed(conn) == []
        assert not channel_state.verifies_numbers(conn)
