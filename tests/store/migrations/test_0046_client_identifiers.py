"""Version 0046 has room for the numbers of other systems."""

from __future__ import annotations

from engine.store.database.connection import Database
from engine.store.people import client_identifiers, roster
from tests.store.migrations.older_database import downgrade_to, put


def test_clients_of_before_can_get_numbers(own_database: Database) -> None:
    downgrade_to(own_database, "0045")
    with own_database.write() as conn:
        put(conn, "clients", id=4, ref="C-4", timezone="UTC")
    own_database.upgrade()
    with own_database.write() as conn:
        client_identifiers.add(conn, {"mrn:1": 4}, 9)
        assert roster.find_clients(conn, ["mrn:1"])["mrn:1"].id == 4
        assert client_identifiers.of_clients(conn, [4]) == {4: ["mrn:1"]}
