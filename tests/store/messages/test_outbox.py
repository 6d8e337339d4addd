"""The outbox holds each message once and lends it to one owner at a time."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier, Thread

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from engine.model.message import (
    Claimed,
    MessageKind,
    NewMessage,
    OutboxState,
    SendResult,
    Settlement,
)
from engine.store.database.connection import Database
from engine.store.messages import outbox, outbox_delays
from engine.store.tables.messages import outbox as table
from tests.kit.rows import (
    NOW,
    add_alert,
    add_message,
    add_staff,
    row_of,
)
from tests.kit.times import HOUR
from tests.store.messages.claiming import LEASE, WHY, add, claim, ids, settle

ACCEPTED = Settlement("accepted", WHY, result=SendResult("accepted", provider_id="SM1"))


def state_of(database: Database, message_id: int) -> str:
    with database.read() as conn:
        return str(row_of(conn, message_id).state)


def test_a_message_for_the_same_step_recipient_and_kind_is_there_once(database: Database) -> None:
    with database.write() as conn:
        new = NewMessage(add_alert(conn), 0, add_staff(conn), MessageKind.STEP, "…", NOW, NOW)
        assert outbox.enqueue(conn, new) is not None
        assert outbox.enqueue(conn, new) is None
        assert outbox.enqueue(conn, replace(new, step=1)) is not None
        again = replace(new, kind=MessageKind.REMINDER, sequence=1)
        assert outbox.enqueue(conn, again) is not None
        assert outbox.enqueue(conn, again) is None
        assert outbox.enqueue(conn, replace(again, sequence=2)) is not None


def test_a_message_about_no_alert_is_there_once_too(database: Database) -> None:
    with database.write() as conn:
        new = NewMessage(
            None, 0, add_staff(conn, role="admin"), MessageKind.DANGER, "…", NOW, NOW, sequence=NOW
        )
        assert outbox.enqueue(conn, new) is not None
        assert outbox.enqueue(conn, new) is None
        assert outbox.enqueue(conn, replace(new, sequence=NOW + 1)) is not None
        assert outbox.enqueue(conn, replace(new, subject_id=7)) is not None


def test_those_due_longest_are_claimed_first_and_none_before_its_time(database: Database) -> None:
    later, sooner, not_yet = (add(database, due_at=at) for at in (NOW, NOW - HOUR, NOW + 1))
    assert ids(claim(database, limit=1)) == [sooner]
    assert ids(claim(database)) == [later]
    assert ids(claim(database, NOW + 1)) == [not_yet]


def test_a_claim_says_all_that_sending_needs(database: Database) -> None:
    with database.write() as conn:
        alert_id, staff_id = add_alert(conn), add_staff(conn, phone="+15550100")
        message_id = add_message(conn, alert_id, staff_id, step=2, body="hello")
    assert claim(database) == [
        Claimed(
            message_id,
            "claimed",
            alert_id,
            2,
            staff_id,
            MessageKind.STEP,
            "hello",
            NOW,
            NOW + 4 * HOUR,
            attempts=1,
            phone="+15550100",
            sent_at=NOW,
        )
    ]


def test_a_message_past_its_time_is_claimed_for_its_end_to_be_written_down(
    database: Database,
) -> None:
    message_id = add(database, due_at=NOW + HOUR, expires_at=NOW)
    assert ids(claim(database)) == [message_id]


def test_a_claimed_message_is_nobody_elses_until_its_lease_ends(database: Database) -> None:
    add(database)
    claim(database, owner="a")
    assert claim(database, NOW + LEASE - 1, owner="b") == []


def test_a_lease_that_ran_out_leaves_a_message_in_doubt(database: Database) -> None:
    message_id = add(database)
    claim(database, owner="a")
    (doubted,) = claim(database, NOW + LEASE, owner="b")
    assert (doubted.id, doubted.state) == (message_id, "unknown")


def test_a_message_in_doubt_is_lent_to_one_owner_at_a_time(database: Database) -> None:
    add(database)
    claim(database)
    assert len(claim(database, NOW + LEASE, owner="b")) == 1
    assert claim(database, NOW + LEASE, owner="c") == []
    assert len(claim(database, NOW + 2 * LEASE, owner="c")) == 1


def test_a_message_in_doubt_waits_until_it_is_to_be_looked_up(database: Database) -> None:
    message_id = add(database, expires_at=NOW + 1)
    (message,) = claim(database)
    assert settle(database, message, Settlement("unknown", WHY, due_at=NOW + HOUR))
    assert claim(database, NOW + HOUR - 1) == []
    assert ids(claim(database, NOW + HOUR)) == [message_id]


def test_what_was_settled_is_claimed_no_more(database: Database) -> None:
    message_id = add(database)
    (message,) = claim(database)
    assert settle(database, message, ACCEPTED)
    assert claim(database, NOW + 10 * HOUR) == []
    with database.read() as conn:
        row = row_of(conn, message_id)
    assert (row.state, row.provider_id, row.claimed_by, row.lease_until) == (
        "accepted",
        "SM1",
        None,
        None,
    )


def test_what_the_gateway_said_is_kept_until_it_says_something_else(database: Database) -> None:
    message_id = add(database)
    (message,) = claim(database)
    busy = SendResult("retry", error_code="20429", error_text="too many requests")
    assert settle(database, message, Settlement("queued", WHY, NOW, busy))
    with database.read() as conn:
        assert row_of(conn, message_id).error_code == "20429"
    (message,) = claim(database)
    assert message.attempts == 2
    assert settle(database, message, ACCEPTED)
    with database.read() as conn:
        assert row_of(conn, message_id).error_code is None


def test_a_sender_that_lost_its_claim_cannot_put_the_message_back_in_the_queue(
    database: Database,
) -> None:
    message_id = add(database)
    (lost,) = claim(database, owner="a")
    (doubted,) = claim(database, NOW + LEASE, owner="b")
    assert not settle(database, lost, Settlement("queued", WHY, due_at=NOW), owner="a")
    assert settle(database, doubted, Settlement("queued", WHY, due_at=NOW), owner="b")
    (again,) = claim(database, NOW + LEASE, owner="b")
    assert again.state == "claimed"
    assert not settle(database, lost, Settlement("queued", WHY, due_at=NOW), owner="a")
    assert state_of(database, message_id) == "claimed"


@pytest.mark.parametrize("meanwhile", ["doubted", "queued again", "claimed by another"])
def test_a_message_that_the_carrier_took_counts_under_any_claim(
    database: Database, meanwhile: str
) -> None:
    message_id = add(database)
    (lost,) = claim(database, owner="a")
    (doubted,) = claim(database, NOW + LEASE, owner="b")
    if meanwhile != "doubted":
        assert settle(
            database,
            doubted,
            Settlement("queued", WHY, due_at=NOW),
            owner="b",
        )
    if meanwhile == "claimed by another":
        claim(database, NOW + LEASE, owner="b")
    assert settle(database, lost, ACCEPTED, owner="a")
    assert state_of(database, message_id) == "accepted"


@pytest.mark.parametrize("final", ["delivered", "undelivered", "failed", "expired", "cancelled"])
def test_a_final_state_stays(database: Database, final: OutboxState) -> None:
    message_id = add(database)
    (message,) = claim(database)
    with database.write() as conn:
        conn.execute(update(table).where(table.c.id == message_id).values(state=final))
    for settlement in (
        ACCEPTED,
        Settlement("queued", WHY, due_at=NOW),
        Settlement("failed", WHY),
    ):
        assert not settle(database, message, settlement)
    assert state_of(database, message_id) == final
    assert claim(database, NOW + 10 * HOUR) == []


def test_one_message_of_the_carriers_belongs_to_one_row(database: Database) -> None:
    add(database)
    add(database)
    first, second = claim(database)
    assert settle(database, first, ACCEPTED)
    with pytest.raises(IntegrityError):
        settle(database, second, ACCEPTED)


def test_a_claim_that_nobody_looks_into_shows(database: Database) -> None:
    add(database)
    claim(database)
    with database.read() as conn:
        assert outbox_delays.overdue(conn, NOW + LEASE) == 0
        assert outbox_delays.overdue(conn, NOW + LEASE + 1) == 1


def test_several_owners_at_once_claim_every_message_and_none_twice(database: Database) -> None:
    with database.write() as conn:
        alert_id = add_alert(conn)
        added = {add_message(conn, alert_id, due_at=NOW - n) for n in range(40)}
    claimed: list[list[int]] = [[], [], [], []]
    together = Barrier(len(claimed))

    def take(mine: list[int]) -> None:
        together.wait()
        while taken := claim(database, owner=str(id(mine)), limit=3):
            mine += ids(taken)

    threads = [Thread(target=take, args=[mine]) for mine in claimed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # On PostgreSQL an owner may find all that is left locked by the others just then; a last look
    # takes the rest.
    found = [message_id for mine in claimed for message_id in mine] + ids(claim(database, limit=40))
    assert sorted(found) == sorted(added)
