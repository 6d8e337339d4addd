"""Each text that may have told a mentor about a client is on record, whatever breaks.

Texts that certainly did not are not.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.flows.delivery import deliver
from engine.messaging.circuit_breaker import LONGEST_US as STOPPED_FOR_US
from engine.messaging.settlement import LOOK_UP_AFTER_US
from engine.store.database.connection import Database
from engine.store.people import disclosures
from engine.store.tables.alerts import alerts
from engine.store.tables.people import clients
from tests.kit.carrier import Carrier, Killed, Mood
from tests.kit.rows import NOW, add_alert, add_consent, add_message, add_staff, client_of, row_of
from tests.kit.times import HOUR


@pytest.fixture
def message_id(sqlite_database: Database) -> int:
    """A message that is due, by which a mentor is told under a consent."""
    with sqlite_database.write() as conn:
        alert_id, mentor = add_alert(conn), add_staff(conn, role="mentor")
        add_consent(conn, client_of(conn, alert_id), mentor)
        return add_message(conn, alert_id, mentor)


def send(database: Database, carrier: Carrier, now: int = NOW) -> None:
    while deliver.run(database, carrier, now, "a"):
        pass


def listed(database: Database) -> list[tuple[int, str]]:
    """(at, state) of each disclosure."""
    with database.read() as conn:
        (ref,) = conn.scalars(select(clients.c.ref).join(alerts)).all()
        return [(one.at, one.state) for one in disclosures.listed(conn, ref, 0)]


def test_what_the_carrier_took_is_a_disclosure(sqlite_database: Database, message_id: int) -> None:
    send(sqlite_database, Carrier())
    assert listed(sqlite_database) == [(NOW, "accepted")]


@pytest.mark.parametrize("mood", ["refuses", "opted out", "busy", "stopped"])
def test_what_it_certainly_never_took_is_none(
    sqlite_database: Database, message_id: int, mood: Mood
) -> None:
    send(sqlite_database, Carrier(mood))
    assert listed(sqlite_database) == []


def test_what_it_took_at_the_second_attempt_was_disclosed_then_and_once(
    sqlite_database: Database, message_id: int
) -> None:
    carrier = Carrier("stopped")
    send(sqlite_database, carrier)
    send(sqlite_database, carrier, NOW + STOPPED_FOR_US)
    assert listed(sqlite_database) == [(NOW + STOPPED_FOR_US, "accepted")]


def test_what_it_may_have_taken_counts_until_it_says_that_it_has_not(
    sqlite_database: Database, message_id: int
) -> None:
    carrier = Carrier("times out")
    send(sqlite_database, carrier)
    assert listed(sqlite_database) == [(NOW, "unknown")]
    carrier.moods = ["busy"]
    send(sqlite_database, carrier, NOW + LOOK_UP_AFTER_US)
    assert listed(sqlite_database) == []


def test_a_process_that_dies_while_sending_leaves_the_disclosure_on_record(
    sqlite_database: Database, message_id: int
) -> None:
    def die() -> None:
        raise Killed

    with pytest.raises(Killed):
        send(sqlite_database, Carrier(passing=die))
    assert listed(sqlite_database) == [(NOW, "claimed")]


def test_what_nobody_can_say_counts_for_ever(sqlite_database: Database, message_id: int) -> None:
    carrier = Carrier("times out", deaf=100)
    for hour in range(6):
        send(sqlite_database, carrier, NOW + hour * HOUR)
    assert listed(sqlite_database) == [(NOW, "expired")]


def test_staff_are_told_without_a_disclosure(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        told = add_message(conn)
    send(sqlite_database, Carrier())
    assert listed(sqlite_database) == []
    with sqlite_database.read() as conn:
        assert row_of(conn, told).state == "accepted"
