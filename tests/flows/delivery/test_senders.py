"""An urgent text waits for no other, whatever the carrier does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread
from typing import Any

import pytest

from engine.flows.delivery import deliver
from engine.flows.delivery.senders import Senders
from engine.flows.operations.watchdog import broken_promises
from engine.messaging.circuit_breaker import OPENS_AFTER, SHORTEST_US
from engine.model.instant import MINUTE_US
from engine.model.message import MessageKind, Outgoing, SendResult
from engine.model.rule import Severity
from engine.store.alerts import alerts
from engine.store.database.connection import Database
from engine.store.messages import outbox_claims
from tests.kit.carrier import Carrier
from tests.kit.rows import NOW, add_alert, add_message, add_staff, client_of, row_of
from tests.kit.times import HOUR

LOW = 12
PATIENCE_SECONDS = 30


def add(database: Database, severity: Severity, **values: Any) -> int:
    with database.write() as conn:
        alert_id = add_alert(conn, severity=severity)
        return add_message(conn, alert_id, severity=severity, **values)


def send_one(database: Database, carrier: Carrier, now: int = NOW, owner: str = "a") -> int | None:
    before = len(carrier.asked)
    deliver.run(database, carrier, now, owner)
    return carrier.asked[-1].id if len(carrier.asked) > before else None


def test_the_most_urgent_goes_first_and_of_those_what_is_due_longest(database: Database) -> None:
    low, older_low = add(database, "low"), add(database, "low", due_at=NOW - HOUR)
    high, urgent = add(database, "high"), add(database, "urgent")
    carrier = Carrier()
    sent = [send_one(database, carrier) for _ in range(5)]
    assert sent == [urgent, high, older_low, low, None]


def test_a_text_that_waits_goes_first_once_its_alert_is_urgent(database: Database) -> None:
    high = add(database, "high", due_at=NOW - HOUR)
    low = add(database, "low")
    with database.write() as conn:
        alert_id = row_of(conn, low).alert_id
        client_id = client_of(conn, alert_id)
        (before,) = alerts.of_clients(conn, [client_id], lock=True)[client_id]
        after = replace(before, severity="urgent")
        alerts.change(conn, before, after, at=NOW, actor="test", why="raised")
    carrier = Carrier()
    assert [send_one(database, carrier), send_one(database, carrier)] == [low, high]


def test_that_an_urgent_alert_is_held_is_as_urgent_as_the_alert(database: Database) -> None:
    low = add(database, "low", due_at=NOW - HOUR)
    with database.write() as conn:
        admin = add_staff(conn, role="admin")
        held = add_message(conn, add_alert(conn), admin, kind=MessageKind.HELD_URGENT)
    carrier = Carrier()
    assert [send_one(database, carrier), send_one(database, carrier)] == [held, low]


def test_an_urgent_sender_leaves_everything_else_alone(database: Database) -> None:
    add(database, "high")
    assert deliver.run(database, Carrier(), NOW, "a", urgent_only=True) is None
    assert not deliver.urgent_waits(database, NOW)
    add(database, "urgent")
    assert deliver.urgent_waits(database, NOW)
    assert deliver.run(database, Carrier(), NOW, "a", urgent_only=True) == "accepted"


def test_one_text_at_a_time_goes_to_a_number_of_several_people(database: Database) -> None:
    with database.write() as conn:
        staff_ids = [add_staff(conn, phone="+15550100"), add_staff(conn, phone="+15550100")]
        ids = [add_message(conn, add_alert(conn), one, severity="urgent") for one in staff_ids]
        other = add_message(conn)
        first = outbox_claims.claim_due(conn, NOW, "a", MINUTE_US, 1)
        second = outbox_claims.claim_due(conn, NOW, "b", MINUTE_US, 1)
        third = outbox_claims.claim_due(conn, NOW, "c", MINUTE_US, 1)
    assert [one.id for one in (*first, *second, *third)] == [ids[0], other]


def test_the_most_urgent_message_shows_whether_a_stopped_channel_works_again(
    database: Database,
) -> None:
    for _ in range(OPENS_AFTER + 3):
        add(database, "low", due_at=NOW - HOUR)
    carrier = Carrier(*["unreachable"] * OPENS_AFTER)
    for _ in range(OPENS_AFTER):
        send_one(database, carrier)
    urgent = add(database, "urgent")
    assert send_one(database, carrier, NOW + SHORTEST_US) == urgent


def test_one_sender_alone_tries_a_stopped_channel(database: Database) -> None:
    for _ in range(OPENS_AFTER + 3):
        add(database, "low")
    carrier = Carrier(*["unreachable"] * OPENS_AFTER)
    for _ in range(OPENS_AFTER):
        send_one(database, carrier)
    later, meanwhile = NOW + SHORTEST_US, []
    trying = Carrier(passing=lambda: meanwhile.append(send_one(database, Carrier(), later, "b")))
    assert send_one(database, trying, later) is not None
    assert meanwhile == [None, None]
    assert send_one(database, Carrier(), later, "b") is not None


class Jammed(Carrier):
    """A carrier that blocks on each low text until released, and takes urgent texts at once."""

    parallel = True

    def __init__(self, outcome: SendResult, busy: int) -> None:
        super().__init__()
        self.urgent, self.let_go, self.full = Event(), Event(), Event()
        self._outcome, self._busy = outcome, busy

    def send(self, message: Outgoing) -> SendResult:
        self.asked.append(message)
        if message.body == "urgent":
            self.urgent.set()
            return SendResult("accepted", provider_id=f"SM{message.id}")
        if len(self.asked) == self._busy:
            self.full.set()
        self.let_go.wait(PATIENCE_SECONDS)
        return self._outcome


@pytest.mark.parametrize(
    "outcome",
    [
        SendResult("retry", error_text="ConnectionError", answered=False),
        SendResult("unknown", error_text="ReadTimeout", answered=False),
        SendResult("retry", error_code="20429"),
        SendResult("refused", error_code="21614"),
    ],
    ids=["fails", "times out", "is busy", "refuses"],
)
@pytest.mark.parametrize("number", [2, 4])
def test_an_urgent_text_goes_out_while_all_other_senders_hang(
    database: Database, number: int, outcome: SendResult
) -> None:
    for _ in range(LOW):
        add(database, "low", due_at=NOW - HOUR)
    carrier = Jammed(outcome, busy=number - 1)
    senders = running(database, carrier, number)
    assert carrier.full.wait(PATIENCE_SECONDS)
    add(database, "urgent", body="urgent")
    assert carrier.urgent.wait(PATIENCE_SECONDS)
    assert [message.body for message in carrier.asked[number - 1 :]] == ["urgent"]
    carrier.let_go.set()
    senders()


def test_several_senders_send_each_message_once(database: Database) -> None:
    ids = [add(database, "low") for _ in range(LOW)]
    carrier = Carrier()
    carrier.parallel = True
    states = Senders(database, carrier, lambda: NOW, "a", 4, lambda: True).run()
    assert states == {"accepted": LOW}
    assert carrier.delivered == dict.fromkeys(ids, 1)


def running(database: Database, carrier: Carrier, number: int) -> Callable[[], None]:
    """Start senders; the returned function waits until the first failure has ended them."""
    end = Event()
    senders = Senders(database, carrier, lambda: NOW, "a", number, lambda: not end.is_set())
    thread = Thread(target=senders.run)
    thread.start()

    def wait_for_end() -> None:
        end.set()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()

    return wait_for_end


@pytest.mark.parametrize(("severity", "broken"), [("urgent", True), ("high", False)])
def test_an_urgent_text_that_waits_for_over_a_minute_is_a_broken_promise(
    database: Database, severity: Severity, broken: bool
) -> None:
    add(database, severity)
    promise = "an urgent text has waited for more than a minute"
    with database.read() as conn:
        assert promise not in broken_promises(conn, NOW + MINUTE_US - 1)
        assert (promise in broken_promises(conn, NOW + MINUTE_US)) == broken
