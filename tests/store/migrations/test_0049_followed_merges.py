"""Version 0049 keeps identifiers and assignments as they were."""

from __future__ import annotations

from engine.store.database.connection import Database
from engine.store.people import client_identifiers, merged_assignments, staff
from tests.store.migrations.older_database import downgrade_to, put


def test_identifiers_and_assignments_of_before_still_count(own_database: Database) -> None:
    downgrade_to(own_database, "0048")
    with own_database.write() as conn:
        for number in (1, 2):
            put(conn, "clients", id=number, ref=f"C-{number}", timezone="UTC")
        put(conn, "client_identifiers", name="mrn:1", client_id=1, said_at=5)
        put(conn, "staff", id=1, ref="S-1", role="case_manager", timezone="UTC", active=True)
        put(conn, "assignments", id=1, client_id=2, staff_id=1, role="case_manager", began=1)
    own_database.upgrade()
    with own_database.write() as conn:
        assert client_identifiers.owners(conn, ["mrn:1"]) == {"mrn:1": "C-1"}
        client_identifiers.withdraw(conn, "mrn:1", 9)
        assert client_identifiers.owners(conn, ["mrn:1"]) == {}
        merged_assignments.move(conn, 2, 1, 9)
        assert [one.client_id for one in staff.assignments_of(conn, [1, 2])] == [1]
