"""The facts about a claimed message as of now, and the steps it leaves to others."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.model.message import (
    Claimed,
    OutboxState,
    Settlement,
    Standing,
    Twins,
)
from engine.store.database.connection import Database
from engine.store.messages import outbox, outbox_claims
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox as table
from engine.store.tables.people import staff
from tests.kit.rows import (
    NOW,
    add_alert,
    add_consent,
    add_message,
    add_staff,
    change,
    client_of,
    row_of,
)
from tests.kit.times import HOUR
from tests.store.messages.claiming import LEASE, WHY, claim, ids, settle


def standing(database: Database, message: Claimed) -> Standing:
    with database.read() as conn:
        return outbox_claims.standing(conn, message, NOW)


def test_standing_is_as_of_now_and_not_as_of_the_claim(database: Database) -> None:
    with database.write() as conn:
        alert_id = add_alert(conn, severity="urgent", told_at=NOW - 5)
        staff_id = add_staff(conn, quiet_from="22:00", quiet_to="07:00")
        add_message(conn, alert_id, staff_id)
    (message,) = claim(database)
    before = standing(database, message)
    with database.write() as conn:
        change(conn, alerts, alert_id, state="acknowledged", severity="high")
        change(conn, staff, staff_id, active=False, quiet_from=None)
    after = standing(database, message)
    assert before.alert is not None
    assert after.alert is not None
    assert (before.alert.state, before.alert.severity) == ("open", "urgent")
    assert (after.alert.state, after.alert.severity) == ("acknowledged", "high")
    assert (before.told_at, before.next_step_at, after.next_step_at) == (NOW - 5, NOW + HOUR, None)
    assert before.recipient.staff.quiet_from is not None
    assert (after.recipient.staff.active, after.recipient.staff.quiet_from) == (False, None)


def test_the_number_that_a_message_goes_to_stays_its_own(database: Database) -> None:
    with database.write() as conn:
        staff_id = add_staff(conn, phone="+15550100")
        message_id = add_message(conn, staff_id=staff_id)
    (message,) = claim(database)
    with database.write() as conn:
        change(conn, staff, staff_id, phone="+15550199")
    assert standing(database, message).recipient.staff.phone == "+15550100"
    (doubted,) = claim(database, NOW + LEASE)
    assert (doubted.phone, doubted.sent_at) == ("+15550100", NOW)
    assert settle(database, doubted, Settlement("queued", WHY, due_at=NOW))
    with database.read() as conn:
        assert row_of(conn, message_id).sent_at is None
    (again,) = claim(database, NOW + LEASE)
    assert (again.phone, again.sent_at) == ("+15550199", NOW + LEASE)


def test_nothing_goes_to_a_number_while_a_message_to_it_is_looked_up(database: Database) -> None:
    with database.write() as conn:
        staff_ids = [add_staff(conn, phone="+15550100"), add_staff(conn, phone="+15550100")]
        first = add_message(conn, staff_id=staff_ids[0])
        second = add_message(conn, staff_id=staff_ids[1], due_at=NOW + 1)
    (message,) = claim(database)
    settle(database, message, Settlement("unknown", WHY, due_at=NOW + 2))
    assert ids(claim(database, NOW + 2, limit=1)) == [second]
    assert claim(database, NOW + 2, limit=1) == []
    assert ids(claim(database, NOW + 2 + LEASE, limit=1)) == [first]
    assert claim(database, NOW + 2 + LEASE, limit=1) == []


def test_the_consents_for_a_mentor_are_read_and_no_others(database: Database) -> None:
    with database.write() as conn:
        alert_id, staff_id = add_alert(conn), add_staff(conn)
        mentor_id = add_staff(conn, role="mentor")
        for one in (staff_id, mentor_id):
            add_consent(conn, client_of(conn, alert_id), one, revoked_at=NOW)
        as_staff = add_message(conn, alert_id, staff_id, step=0)
        add_message(conn, alert_id, staff_id, step=1, to_mentor=True)
        add_message(conn, alert_id, mentor_id)
    for message in claim(database):
        facts = standing(database, message).recipient
        named = [one.staff_id for one in facts.consents]
        assert facts.as_mentor == (message.id != as_staff)
        assert named == ([] if message.id == as_staff else [message.staff_id])


def test_other_messages_of_the_same_words_to_the_same_number_are_known(
    database: Database,
) -> None:
    phone = "+15550100"
    with database.write() as conn:
        for state, body, number, provider_id in (
            ("accepted", "same", phone, "SM1"),
            ("accepted", "other", phone, "SM2"),
            ("accepted", "same", "+15550101", "SM3"),
            ("unknown", "same", phone, None),
            ("unknown", "other", phone, None),
        ):
            found = {"state": state, "phone": number, "provider_id": provider_id}
            message_id = add_message(conn, body=body, due_at=NOW + HOUR)
            change(conn, table, message_id, **found, sent_at=NOW - HOUR)
        add_message(conn, staff_id=add_staff(conn, phone=phone), body="same")
    claim(database, NOW - LEASE)
    claim(database)
    (message,) = claim(database, NOW + LEASE, limit=1)
    assert message.state == "unknown"
    assert standing(database, message).twins == Twins(frozenset({"SM1"}), (HOUR,))


@pytest.mark.parametrize(
    ("others", "forward"),
    [
        ([], True),
        ([(0, "failed")], True),
        ([(0, "accepted")], False),
        ([(0, "queued")], False),
        ([(1, "queued")], False),
        ([(1, "failed")], False),
    ],
)
def test_the_next_step_comes_at_once_where_its_step_left_nobody_told(
    database: Database, others: list[tuple[int, OutboxState]], forward: bool
) -> None:
    with database.write() as conn:
        alert_id = add_alert(conn)
        for step, state in others:
            change(
                conn, table, add_message(conn, alert_id, step=step, due_at=NOW + HOUR), state=state
            )
        add_message(conn, alert_id)
    (message,) = claim(database)
    with database.write() as conn:
        change(conn, table, message.id, state="failed")
        assert outbox.bring_next_step_forward(conn, message, NOW) is forward
        assert conn.scalar(select(alerts.c.next_step_at)) == (NOW if forward else NOW + HOUR)


def test_the_next_step_of_an_alert_that_is_not_open_stays_where_it_is(database: Database) -> None:
    with database.write() as conn:
        alert_id = add_alert(conn, state="acknowledged")
        add_message(conn, alert_id)
    (message,) = claim(database)
    with database.write() as conn:
        assert not outbox.bring_next_step_forward(conn, message, NOW)
