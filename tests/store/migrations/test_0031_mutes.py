"""Version 0031 can mute a client or a rule; alerts of the version before are not muted."""

from __future__ import annotations

from engine.store.alerts import mutes
from engine.store.database.connection import Database
from tests.store.migrations.older_database import downgrade_to, put


def test_nothing_of_the_version_before_is_muted(own_database: Database) -> None:
    downgrade_to(own_database, "0030")
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
    own_database.upgrade()
    with own_database.write() as conn:
        assert mutes.lasting(conn, 0) == []
        made = mutes.add(conn, 1, None, 9, "ward", 1)
        assert mutes.lasting(conn, 1) == [made]
        mutes.remove(conn, made, 2)
        assert mutes.lasting(conn, 3) == []
