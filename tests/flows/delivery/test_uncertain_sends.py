"""A send with an unknown result is looked up before it is repeated."""

from __future__ import annotations

import pytest

from engine.messaging.settlement import LOOK_UP_AFTER_US
from engine.model.notify_reason import SettlementReason
from engine.store.database.connection import Database
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox
from engine.store.tables.people import staff
from tests.flows.delivery.delivering import add, deliver_all, row, trail
from tests.kit.carrier import Carrier
from tests.kit.rows import (
    NOW,
    add_alert,
    add_message,
    add_staff,
    change,
    row_of,
)
from tests.kit.times import HOUR, MINUTE


def test_a_time_out_is_looked_up_before_anything_is_sent_again(database: Database) -> None:
    message_id = add(database)
    carrier = Carrier("times out after taking it")
    assert deliver_all(database, carrier) == ["unknown"]
    assert deliver_all(database, carrier, NOW + LOOK_UP_AFTER_US - 1) == []
    assert deliver_all(database, carrier, NOW + LOOK_UP_AFTER_US) == ["accepted"]
    assert carrier.delivered == {message_id: 1}


def test_what_the_carrier_never_took_is_sent_again(database: Database) -> None:
    message_id = add(database)
    carrier = Carrier("times out")
    deliver_all(database, carrier)
    assert deliver_all(database, carrier, NOW + LOOK_UP_AFTER_US) == ["queued", "accepted"]
    assert carrier.delivered == {message_id: 1}


def test_everything_is_checked_again_before_a_second_send(sqlite_database: Database) -> None:
    message_id = add(sqlite_database)
    carrier = Carrier("times out")
    deliver_all(sqlite_database, carrier)
    with sqlite_database.write() as conn:
        change(conn, alerts, row_of(conn, message_id).alert_id, state="resolved")
    assert deliver_all(sqlite_database, carrier, NOW + LOOK_UP_AFTER_US) == ["queued", "cancelled"]
    assert not carrier.delivered


def test_a_carrier_that_cannot_tell_is_asked_until_the_message_has_no_time_left(
    sqlite_database: Database,
) -> None:
    message_id = add(sqlite_database, expires_at=NOW + HOUR)
    carrier = Carrier("times out after taking it", deaf=100)
    for minute in range(76):
        deliver_all(sqlite_database, carrier, NOW + minute * MINUTE)
    assert row(sqlite_database, message_id).state == "expired"
    assert carrier.delivered == {message_id: 1}
    assert trail(sqlite_database)[-1][1]["why"] == SettlementReason.NEVER_KNOWN


@pytest.mark.parametrize("number", ["+15550199", None])
def test_a_message_in_doubt_is_looked_up_at_the_number_that_it_went_to(
    database: Database, number: str | None
) -> None:
    with database.write() as conn:
        message_id = add_message(conn, staff_id=add_staff(conn, phone="+15550100"))
    carrier = Carrier("times out after taking it")
    assert deliver_all(database, carrier) == ["unknown"]
    with database.write() as conn:
        change(conn, staff, row_of(conn, message_id).staff_id, phone=number)
    assert deliver_all(database, carrier, NOW + MINUTE) == ["accepted"]
    ((asked, ago),) = [(each.to, each.ago) for each in carrier.looked_up]
    assert (asked, ago) == ("+15550100", MINUTE)
    assert carrier.delivered == {message_id: 1}


def test_a_message_that_was_never_taken_goes_to_the_number_of_today(database: Database) -> None:
    with database.write() as conn:
        message_id = add_message(conn, staff_id=add_staff(conn, phone="+15550100"))
    carrier = Carrier("times out")
    deliver_all(database, carrier)
    with database.write() as conn:
        change(conn, staff, row_of(conn, message_id).staff_id, phone="+15550199")
    assert deliver_all(database, carrier, NOW + MINUTE) == ["queued", "accepted"]
    assert [each.to for each in carrier.asked] == ["+15550100", "+15550199"]


def test_the_same_words_go_to_a_number_a_minute_apart_however_urgent(database: Database) -> None:
    with database.write() as conn:
        alert_id = add_alert(conn, severity="urgent")
        staff_ids = [add_staff(conn, phone="+15550100") for _ in range(2)]
        first, second = (add_message(conn, alert_id, one, body="call now") for one in staff_ids)
    carrier = Carrier("times out")
    assert deliver_all(database, carrier) == ["unknown", "queued"]
    assert (row(database, second).due_at, row(database, second).sent_at) == (NOW + MINUTE, None)
    assert deliver_all(database, carrier, NOW + MINUTE) == ["queued", "accepted", "queued"]
    assert deliver_all(database, carrier, NOW + 2 * MINUTE) == ["accepted"]
    assert carrier.delivered == {first: 1, second: 1}


def test_what_the_carrier_reported_in_the_meantime_stands(sqlite_database: Database) -> None:
    message_id = add(sqlite_database)

    def report() -> None:
        with sqlite_database.write() as conn:
            change(conn, outbox, message_id, state="delivered", provider_id=f"SM{message_id}")

    deliver_all(sqlite_database, Carrier(passing=report))
    assert row(sqlite_database, message_id).state == "delivered"
    assert trail(sqlite_database) == []
