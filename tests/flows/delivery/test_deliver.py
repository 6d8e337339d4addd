"""A due text goes once to a recipient who may get it, and each outcome has its effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event, select

from engine.flows.delivery import deliver
from engine.messaging.circuit_breaker import LONGEST_US as STOPPED_FOR_US
from engine.messaging.circuit_breaker import OPENS_AFTER, SHORTEST_US
from engine.model.audit_action import AuditAction
from engine.model.channel import Channel
from engine.model.message import MessageKind
from engine.model.notify_reason import NotifyReason, SettlementReason
from engine.store.database.connection import Database
from engine.store.operations import channel_state
from engine.store.tables.alerts import alerts
from engine.store.tables.people import consents, disclosures, staff
from tests.flows.delivery.delivering import add, deliver_all, next_step_of, row, trail
from tests.kit.carrier import Carrier
from tests.kit.rows import (
    NOW,
    add_alert,
    add_consent,
    add_message,
    add_staff,
    change,
    client_of,
)
from tests.kit.times import HOUR, MINUTE, SECOND


@contextmanager
def begins(database: Database, begun: Callable[[int], object]) -> Iterator[None]:
    """Call `begun` as each transaction on `database` begins, with its number from 1 on."""
    numbers = count(1)

    def listener(_: object) -> None:
        begun(next(numbers))

    event.listen(database.engine, "begin", listener)
    try:
        yield
    finally:
        event.remove(database.engine, "begin", listener)


def last_begin_before_the_carrier(database: Database) -> int:
    """The number of the transaction of `deliver.run` after which the carrier is asked."""
    add(database)
    begun: list[int] = []
    asked: list[int] = []
    with begins(database, begun.append):
        deliver.run(database, Carrier(passing=lambda: asked.append(begun[-1])), NOW, "a")
    return asked[0]


def test_what_is_due_is_sent_and_written_down(database: Database) -> None:
    with database.write() as conn:
        message_id = add_message(
            conn, staff_id=add_staff(conn, phone="+15550100"), body="hello", expires_at=NOW + HOUR
        )
    carrier = Carrier()
    assert deliver_all(database, carrier) == ["accepted"]
    (sent,) = carrier.asked
    assert (sent.id, sent.to, sent.body, sent.created_at, sent.valid_for) == (
        message_id, "+15550100", "hello", NOW, 3600,
    )  # fmt: skip
    assert row(database, message_id).provider_id == f"SM{message_id}"
    ((action, detail),) = trail(database)
    assert action == AuditAction.MESSAGE_ACCEPTED
    assert detail["provider_id"] == f"SM{message_id}"
    assert {"alert", "staff", "step"} <= detail.keys()


@pytest.mark.parametrize(
    ("next_step", "seconds"),
    [(NOW + HOUR, 3600), (NOW + HOUR // 360, 60), (None, 4 * 3600), (NOW + 9 * HOUR, 4 * 3600)],
)
def test_the_carrier_keeps_trying_until_the_next_recipient_is_told_or_the_messages_end(
    sqlite_database: Database, next_step: int | None, seconds: int
) -> None:
    with sqlite_database.write() as conn:
        add_message(conn, add_alert(conn, next_step_at=next_step))
    carrier = Carrier()
    deliver_all(sqlite_database, carrier)
    assert carrier.asked[0].valid_for == seconds


def test_a_channel_that_fails_again_and_again_is_left_alone_and_tried_by_one_message_at_a_time(
    database: Database,
) -> None:
    ids = [add(database) for _ in range(OPENS_AFTER + 2)]
    carrier = Carrier(*["unreachable"] * (OPENS_AFTER + 1))
    assert deliver_all(database, carrier) == ["queued"] * OPENS_AFTER
    assert trail(database)[-1][1]["why"] == SettlementReason.NOT_ACCEPTED
    # Half open: one attempt, in vain; then all of it.
    assert deliver_all(database, carrier, NOW + SHORTEST_US - 1) == []
    assert deliver_all(database, carrier, NOW + SHORTEST_US) == ["queued"]
    assert deliver_all(database, carrier, NOW + SHORTEST_US + 2 * SHORTEST_US - 1) == []
    assert deliver_all(database, carrier, NOW + 15 * MINUTE) == ["accepted"] * len(ids)
    assert carrier.delivered == dict.fromkeys(ids, 1)


def test_nothing_due_is_nothing_done(database: Database) -> None:
    add(database, due_at=NOW + 1)
    assert deliver.run(database, Carrier(), NOW, "a") is None


def test_each_call_sends_one_message_those_due_longest_first(sqlite_database: Database) -> None:
    carrier = Carrier()
    later, sooner = add(sqlite_database), add(sqlite_database, due_at=NOW - 1)
    assert deliver.run(sqlite_database, carrier, NOW, "a") == "accepted"
    assert carrier.delivered == {sooner: 1}
    assert deliver_all(sqlite_database, carrier) == ["accepted"]
    assert carrier.delivered == {sooner: 1, later: 1}


def test_no_number_and_no_words_get_into_the_trail(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        add_message(conn, staff_id=add_staff(conn, phone="+15550100"), body="only for the phone")
    deliver_all(sqlite_database, Carrier("times out"))
    deliver_all(sqlite_database, Carrier("refuses"), NOW + HOUR)
    assert [action for action, _ in trail(sqlite_database)] == [
        AuditAction.MESSAGE_UNKNOWN,
        AuditAction.MESSAGE_FAILED,
    ]
    assert "5550100" not in str(trail(sqlite_database))
    assert "only for the phone" not in str(trail(sqlite_database))


@pytest.mark.parametrize("state", ["acknowledged", "snoozed", "resolved"])
def test_nobody_is_told_of_an_alert_that_is_not_open_any_more(
    sqlite_database: Database, state: str
) -> None:
    with sqlite_database.write() as conn:
        alert_id = add_alert(conn)
        message_id = add_message(conn, alert_id)
        change(conn, alerts, alert_id, state=state)
    carrier = Carrier()
    assert deliver_all(sqlite_database, carrier) == ["cancelled"]
    assert not carrier.asked
    assert next_step_of(sqlite_database, message_id) == NOW + HOUR


def test_a_consent_revoked_before_the_send_stops_it_and_the_next_step_comes_at_once(
    database: Database,
) -> None:
    with database.write() as conn:
        alert_id, mentor_id = add_alert(conn), add_staff(conn, role="mentor")
        consent_id = add_consent(conn, client_of(conn, alert_id), mentor_id)
        message_id = add_message(conn, alert_id, mentor_id)
        change(conn, consents, consent_id, revoked_at=NOW)
    carrier = Carrier()
    assert deliver_all(database, carrier) == ["cancelled"]
    assert not carrier.asked
    assert next_step_of(database, message_id) == NOW
    assert trail(database)[-1][1]["why"] == NotifyReason.MENTOR_WITHOUT_CONSENT


@pytest.mark.parametrize("values", [{"active": False}, {"phone": None}])
def test_a_recipient_who_left_is_passed_over(
    sqlite_database: Database, values: dict[str, Any]
) -> None:
    with sqlite_database.write() as conn:
        staff_id = add_staff(conn)
        message_id = add_message(conn, staff_id=staff_id)
        change(conn, staff, staff_id, **values)
    assert deliver_all(sqlite_database, Carrier()) == ["cancelled"]
    assert next_step_of(sqlite_database, message_id) == NOW


def test_quiet_hours_put_a_message_off_and_urgent_ones_pass(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:  # it is eight in the morning
        sleeper = add_staff(conn, quiet_from="22:00", quiet_to="09:00")
        calm = add_message(conn, add_alert(conn), sleeper)
        urgent = add_message(conn, add_alert(conn, severity="urgent"), sleeper)
    carrier = Carrier()
    assert deliver_all(sqlite_database, carrier) == ["queued", "accepted"]
    assert carrier.delivered == {urgent: 1}
    assert deliver_all(sqlite_database, carrier, NOW + HOUR - 1) == []
    assert deliver_all(sqlite_database, carrier, NOW + HOUR) == ["accepted"]
    assert carrier.delivered[calm] == 1


def test_that_an_alert_reaches_nobody_is_told_at_any_hour(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        admin_id = add_staff(conn, role="admin", quiet_from="22:00", quiet_to="09:00")
        add_message(
            conn, add_alert(conn, severity="low"), admin_id, kind=MessageKind.REACHES_NOBODY
        )
    assert deliver_all(sqlite_database, Carrier()) == ["accepted"]


@pytest.mark.parametrize("mood", ["refuses", "opted out"])
def test_a_number_that_cannot_be_reached_sends_the_alert_to_its_next_step(
    database: Database, mood: Any
) -> None:
    message_id = add(database)
    assert deliver_all(database, Carrier(mood)) == ["failed"]
    assert next_step_of(database, message_id) == NOW
    assert trail(database)[-1][1]["error_code"] in {"21614", "21610"}


def test_a_busy_carrier_is_tried_again_until_the_message_has_no_time_left(
    sqlite_database: Database,
) -> None:
    message_id = add(sqlite_database, expires_at=NOW + HOUR)
    carrier = Carrier(*["busy"] * 100)
    for minute in range(61):
        deliver_all(sqlite_database, carrier, NOW + minute * MINUTE)
    assert row(sqlite_database, message_id).state == "expired"
    assert 4 <= len(carrier.asked) <= 10
    assert next_step_of(sqlite_database, message_id) == NOW + HOUR
    assert [action for action, _ in trail(sqlite_database)] == [AuditAction.MESSAGE_EXPIRED]


def test_a_broken_channel_stops_and_says_so_until_one_message_shows_it_works(
    database: Database,
) -> None:
    first, second = add(database, due_at=NOW - 1), add(database)
    carrier = Carrier("stopped")
    assert deliver_all(database, carrier) == ["queued"]
    assert [message.id for message in carrier.asked] == [first]
    with database.read() as conn:
        assert channel_state.read(conn).error_code == "20003"
    assert trail(database)[-1][1]["why"] == SettlementReason.CHANNEL_STOPPED
    assert deliver_all(database, carrier, NOW + STOPPED_FOR_US - 1) == []
    assert deliver_all(database, carrier, NOW + STOPPED_FOR_US) == ["accepted", "accepted"]
    assert carrier.delivered == {first: 1, second: 1}
    with database.read() as conn:
        assert channel_state.read(conn) == Channel()


@pytest.mark.parametrize(
    ("table", "values", "why"),
    [
        (consents, {"revoked_at": NOW}, NotifyReason.MENTOR_WITHOUT_CONSENT),
        (staff, {"active": False}, NotifyReason.INACTIVE),
        (alerts, {"state": "resolved"}, NotifyReason.ALERT_RESOLVED),
    ],
)
def test_nothing_that_was_committed_before_the_last_write_transaction_is_ignored(
    sqlite_database: Database, table: Any, values: dict[str, Any], why: NotifyReason
) -> None:
    last = last_begin_before_the_carrier(sqlite_database)
    with sqlite_database.write() as conn:
        alert_id, mentor_id = add_alert(conn), add_staff(conn, role="mentor")
        row_id = {
            consents: add_consent(conn, client_of(conn, alert_id), mentor_id),
            staff: mentor_id,
            alerts: alert_id,
        }[table]
        add_message(conn, alert_id, mentor_id)
    with closing(Database.open(str(sqlite_database.url))) as elsewhere:

        def commit_just_before(number: int) -> None:
            if number == last:
                with elsewhere.write() as other:
                    change(other, table, row_id, **values)

        carrier = Carrier()
        with begins(sqlite_database, commit_just_before):
            assert deliver.run(sqlite_database, carrier, NOW, "a") == "cancelled"
    assert not carrier.asked
    assert trail(sqlite_database)[-1][1]["why"] == why


def test_claim_and_disclosure_are_committed_before_the_carrier_is_asked(
    sqlite_database: Database,
) -> None:
    with sqlite_database.write() as conn:
        alert_id, mentor_id = add_alert(conn), add_staff(conn, role="mentor")
        add_consent(conn, client_of(conn, alert_id), mentor_id)
        message_id = add_message(conn, alert_id, mentor_id)
    seen: list[tuple[str, list[int]]] = []
    with closing(Database.open(str(sqlite_database.url))) as elsewhere:

        def look() -> None:
            with elsewhere.read() as conn:
                told = list(conn.scalars(select(disclosures.c.staff_id)))
            seen.append((row(elsewhere, message_id).state, told))

        deliver.run(sqlite_database, Carrier(passing=look), NOW, "a")
    assert seen[0] == ("claimed", [mentor_id])
    assert row(sqlite_database, message_id).state == "accepted"


@pytest.mark.parametrize(("slept", "sent"), [(39, 1), (40, 0), (3600, 0)])
def test_a_sender_that_was_suspended_after_its_claim_hands_nothing_over(
    sqlite_database: Database, slept: int, sent: int
) -> None:
    message_id = add(sqlite_database)
    carrier, readings = Carrier(), iter([NOW, NOW + slept * SECOND])
    deliver.send(sqlite_database, carrier, lambda: next(readings), "slept")
    assert len(carrier.asked) == sent
    deliver_all(sqlite_database, carrier, NOW + 2 * MINUTE)
    assert len(carrier.asked) == 1
    assert row(sqlite_database, message_id).state == "accepted"


@pytest.mark.parametrize("values", [{"inhibited_by": 1}, {"shadow": True}])
def test_what_nobody_is_to_be_told_of_by_now_is_not_sent(
    sqlite_database: Database, values: dict[str, Any]
) -> None:
    with sqlite_database.write() as conn:
        alert_id = add_alert(conn)
        message_id = add_message(conn, alert_id)
        change(conn, alerts, alert_id, **values)
    carrier = Carrier()
    assert deliver_all(sqlite_database, carrier) == ["cancelled"]
    assert not carrier.asked
    assert next_step_of(sqlite_database, message_id) == NOW + HOUR
