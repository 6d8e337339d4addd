"""Version 0040 keeps attributes of staff; a mentor of the version before has none."""

from __future__ import annotations

from engine.store.database.connection import Database
from engine.store.people import staff_attributes
from tests.store.migrations.older_database import downgrade_to, put


def test_a_mentor_of_the_version_before_can_get_attributes(own_database: Database) -> None:
    downgrade_to(own_database, "0039")
    with own_database.write() as conn:
        put(conn, "staff", id=3, ref="M-1", role="mentor", timezone="UTC", active=True)
    own_database.upgrade()
    with own_database.write() as conn:
        assert staff_attributes.read_all(conn) == {}
        assert staff_attributes.change(conn, 3, {"languages": "english", "zones": None})
        assert not staff_attributes.change(conn, 3, {"languages": "english"})
        assert staff_attributes.read_all(conn) == {3: {"languages": "english"}}
        assert staff_attributes.change(conn, 3, {"languages": None})
        assert staff_attributes.read_all(conn) == {}
