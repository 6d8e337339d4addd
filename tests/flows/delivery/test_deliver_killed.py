"""A process killed at any point, even after its restart, neither loses nor doubles a message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, func, select

from engine.flows.delivery import deliver
from engine.store.database.connection import Database
from engine.store.tables.operations import audit
from tests.kit.carrier import Carrier, Killed, Mood
from tests.kit.rows import NOW, add_message, row_of
from tests.kit.times import HOUR

# One that takes a message, and all that a carrier may do before it does.
MOODS: tuple[Mood, ...] = tuple(mood for mood in get_args(Mood) if mood != "stopped")
ENDED = {"accepted", "failed"}


class Fate:
    """Kills the process at the points with these numbers, counted over all its lives."""

    def __init__(self, *points: int) -> None:
        self.points = points
        self.passed = 0

    def passing(self) -> None:
        self.passed += 1
        if self.passed in self.points:
            raise Killed


@contextmanager
def dying_at_transactions(database: Database, passing: Callable[[], None]) -> Iterator[None]:
    """Let the process die at the beginning of each transaction and just before each commit."""

    def pass_by(_: object) -> None:
        passing()

    for moment in ("begin", "commit"):
        event.listen(database.engine, moment, pass_by)
    try:
        yield
    finally:
        for moment in ("begin", "commit"):
            event.remove(database.engine, moment, pass_by)


def live(database: Database, carrier: Carrier, message_id: int) -> None:
    """Deliver until the message has ended, with a restart after each death.

    The clock jumps to the instant at which the message is due next.
    """
    now = NOW
    for life in range(20):
        try:
            while deliver.run(database, carrier, now, f"life {life}"):
                pass
            with database.read() as conn:
                row = row_of(conn, message_id)
        except Killed:
            continue
        if row.state in ENDED:
            return
        now = row.lease_until or row.due_at
    raise AssertionError("the message never came to an end")


def judge(database: Database, carrier: Carrier, message_id: int) -> None:
    with database.read() as conn:
        state = row_of(conn, message_id).state
        written = select(func.count()).where(
            audit.c.subject == f"message {message_id}", audit.c.action == f"message {state}"
        )
        assert conn.scalar(written) == 1
    assert carrier.delivered[message_id] == (1 if state == "accepted" else 0)


def live_through(database: Database, mood: Mood, *points: int) -> int:
    """One message's story with deaths at these points; how many points it passed."""
    fate = Fate(*points)
    carrier = Carrier(mood, passing=fate.passing)
    with database.write() as conn:
        message_id = add_message(conn, expires_at=NOW + 24 * HOUR)
    with dying_at_transactions(database, fate.passing):
        live(database, carrier, message_id)
    judge(database, carrier, message_id)
    return fate.passed


@pytest.mark.parametrize("mood", MOODS)
def test_one_death_at_any_point_neither_loses_nor_doubles(database: Database, mood: Mood) -> None:
    undisturbed = live_through(database, mood)
    assert undisturbed >= 8
    for point in range(1, undisturbed + 1):
        live_through(database, mood, point)


@given(mood=st.sampled_from(MOODS), points=st.sets(st.integers(1, 40), min_size=2, max_size=5))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_several_deaths_neither_lose_nor_double(
    sqlite_database: Database, mood: Mood, points: set[int]
) -> None:
    live_through(sqlite_database, mood, *points)  # each with a message of its own


def test_nothing_that_is_done_with_a_message_can_be_undone_by_a_power_cut(
    sqlite_database: Database,
) -> None:
    waited = []

    class Noting(Database):
        def write(self, *, durable: bool = True) -> AbstractContextManager[Connection]:
            waited.append(durable)
            return super().write(durable=durable)

    database = Noting(sqlite_database.url, sqlite_database.engine)
    with sqlite_database.write() as conn:
        add_message(conn)
    assert deliver.run(database, Carrier(), NOW, "test") == "accepted"
    assert len(waited) >= 2
    assert all(waited)
