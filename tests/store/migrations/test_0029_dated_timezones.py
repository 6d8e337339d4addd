"""Version 0029 dates timezones; a client of the version before lived at one place always."""

from __future__ import annotations

from engine.model.client import Client, RecordEntry
from engine.model.local_time import ZoneSpell
from engine.store.database.connection import Database
from engine.store.intake import histories
from tests.store.migrations.older_database import downgrade_to, put


def test_a_client_of_the_version_before_has_their_zone_from_the_beginning(
    own_database: Database,
) -> None:
    downgrade_to(own_database, "0028")
    with own_database.write() as conn:
        for id_, zone in ((1, "America/Chicago"), (2, "Europe/London"), (3, "UTC")):
            put(conn, "clients", id=id_, ref=f"C-{id_}", timezone=zone)
        put(conn, "record_entries", client_id=1, at=5, entry="discharged", value=None)
        put(conn, "record_entries", client_id=1, at=7, entry="enrolled", value=None)
        put(conn, "record_entries", client_id=1, at=9, entry="enrolled", value=None)
        put(conn, "record_entries", client_id=1, at=8, entry="timezone", value="Central")
        put(conn, "record_entries", client_id=2, at=6, entry="phase", value="1")
    own_database.upgrade()
    with own_database.read() as conn:
        first, second, third = histories.read_clients(conn, [1, 2, 3])
    assert first.record == (
        RecordEntry(5, "discharged", None),
        RecordEntry(7, "enrolled", None),
        RecordEntry(7, "timezone", "America/Chicago"),
        RecordEntry(9, "enrolled", None),
    )
    assert first.zones == (ZoneSpell(0, "America/Chicago"),)
    assert second.record[-1] == RecordEntry(6, "timezone", "Europe/London")
    assert third == Client(3, "C-3", "UTC", (RecordEntry(0, "timezone", "UTC"),))
