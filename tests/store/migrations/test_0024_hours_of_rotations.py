"""Version 0024 gives rotations hours; a rotation of before means what it meant."""

from __future__ import annotations

from engine.model.on_call import Rotation
from engine.store.database.connection import Database
from engine.store.people import on_call
from tests.store.migrations.older_database import downgrade_to, put

OLD = {
    "name": "nights",
    "timezone": "America/New_York",
    "first_handover": 1_780_300_800_000_000,
}


def test_a_rotation_of_the_version_before_serves_at_all_hours_a_week_each(
    own_database: Database,
) -> None:
    downgrade_to(own_database, "0023")
    with own_database.write() as conn:
        put(conn, "rotations", **OLD, staff='["S-1", "S-2"]')
    own_database.upgrade()
    with own_database.read() as conn:
        assert on_call.serving(conn) == (Rotation.model_validate({**OLD, "staff": ["S-1", "S-2"]}),)
