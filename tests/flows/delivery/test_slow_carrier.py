"""A carrier that is slow, hangs or fails makes no urgent text wait for more than the one before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.flows.delivery import deliver
from engine.messaging.circuit_breaker import OPENS_AFTER
from engine.model.message import Outgoing, SendResult
from engine.store.database.connection import Database
from tests.kit.carrier import Carrier, Mood
from tests.kit.rows import NOW, add_alert, add_message
from tests.kit.times import MINUTE, SECOND

LOW, URGENT = OPENS_AFTER + 3, 4
LATE = NOW + 2 * MINUTE  # the urgent texts come then


class SlowCarrier(Carrier):
    """Each request takes a while of the clock that it is given."""

    def __init__(self, takes: int, mood: Callable[[int], Mood]) -> None:
        super().__init__()
        self.now, self.tried_at = NOW, dict[int, int]()
        self._takes, self._mood = takes, mood

    def send(self, message: Outgoing) -> SendResult:
        self.tried_at.setdefault(message.id, self.now)
        self.now += self._takes
        self.moods = [self._mood(len(self.asked))]
        return super().send(message)


@pytest.mark.parametrize(
    ("takes", "mood"),
    [
        (9 * SECOND, lambda _: "takes it"),
        (10 * SECOND, lambda _: "times out after taking it"),
        (10 * SECOND, lambda _: "times out"),
        (SECOND, lambda _: "unreachable"),
        (SECOND, lambda number: "unreachable" if number % 2 else "takes it"),
        (10 * SECOND, lambda number: "times out" if number % 2 else "takes it"),
    ],
    ids=["slow", "answers too late", "hangs", "fails", "fails in turn", "hangs in turn"],
)
def test_each_urgent_text_is_tried_at_once_after_the_one_before(
    database: Database, takes: int, mood: Callable[[int], Mood]
) -> None:
    carrier = SlowCarrier(takes, mood)
    carrier.deaf = 99
    with database.write() as conn:
        for _ in range(LOW):
            add_message(conn, add_alert(conn, severity="low"), severity="low")
    run_until(database, carrier, LATE)
    with database.write() as conn:
        urgent = [
            add_message(
                conn, add_alert(conn, severity="urgent"), severity="urgent", due_at=carrier.now
            )
            for _ in range(URGENT)
        ]
    came = carrier.now
    run_until(database, carrier, came + URGENT * takes)
    assert [carrier.tried_at[one] - came for one in urgent] == [
        number * takes for number in range(URGENT)
    ]


def test_urgent_texts_that_fail_while_the_channel_is_stopped_are_tried_again_with_the_others(
    database: Database,
) -> None:
    carrier = Carrier(*["unreachable"] * (OPENS_AFTER + 1))
    with database.write() as conn:
        for _ in range(OPENS_AFTER):
            add_message(conn)
    while deliver.run(database, carrier, NOW, "a"):
        pass
    with database.write() as conn:
        urgent = add_message(conn, add_alert(conn, severity="urgent"), severity="urgent")
    asked = len(carrier.asked)
    states = [deliver.run(database, carrier, NOW + second * SECOND, "a") for second in range(50)]
    assert [one.id for one in carrier.asked[asked:]] == [urgent]
    assert [state for state in states if state] == ["queued"]
    assert deliver.run(database, carrier, NOW + MINUTE, "a") == "accepted"
    assert carrier.asked[-1].id == urgent


def run_until(database: Database, carrier: SlowCarrier, end: int) -> None:
    """Let one sender empty the outbox again and again until an instant."""
    while carrier.now < end:
        before = carrier.now
        if deliver.send(database, carrier, lambda: carrier.now, "a") is None:
            carrier.now = min(carrier.now + SECOND, end)
        elif carrier.now == before:
            carrier.now += 1
