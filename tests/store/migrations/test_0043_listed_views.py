"""Version 0043 knows the lists in which clients stood, also those shown before it."""

from __future__ import annotations

from engine.store.database.connection import Database
from engine.store.operations import client_views
from tests.store.migrations.older_database import downgrade_to, put


def test_a_list_of_the_version_before_is_a_view_of_its_clients(own_database: Database) -> None:
    downgrade_to(own_database, "0042")
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        put(conn, "accounts", id=4, name="anna", role="auditor")
        put(
            conn, "audit", id=7, at=5, actor="account 4", action="viewed", subject="caseload",
            detail='{"clients":[1,99],"page":"caseload"}', previous="0" * 64, hash="a" * 64,
        )  # fmt: skip
    own_database.upgrade()
    with own_database.read() as conn:
        views = [(one.by, one.at, one.what) for one in client_views.of_client(conn, 1, 9)]
    assert views == [("anna", 5, "saw the client in a list")]
