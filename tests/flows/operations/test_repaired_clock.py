"""A write by a clock that was repaired meanwhile fails, so that nothing ahead of time stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from engine.calendar.machine_clock import AHEAD_US
from engine.errors import StoreUnavailableError
from engine.flows.operations import clock_watch
from engine.flows.operations.guarded_clock import GuardedClock
from engine.store.database import server_clock
from engine.store.database.connection import Database
from engine.store.database.in_memory import Scratch, scratch
from engine.store.tables.messages import outbox
from tests.kit.rows import add_message, change
from tests.kit.times import DAY, HOUR, MINUTE, NOON, SECOND, SetClock


@dataclass
class Wall:
    """The clock that two daemons share: it is off by `off` after `elapsed` right microseconds."""

    elapsed: int = 0
    off: int = 0
    clock: SetClock = field(default_factory=SetClock)

    def __post_init__(self) -> None:
        self.set(0)

    def set(self, off: int) -> None:
        self.off = off
        self.pass_by(0)

    def pass_by(self, after: int) -> None:
        self.elapsed += after
        self.clock.at = NOON + self.elapsed + self.off


@dataclass
class Peer:
    """A daemon on a database that others use too."""

    database: Database
    wall: Wall
    name: str
    clock: GuardedClock = field(init=False)
    now: int = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start the process again, which forgets all that it knew."""
        self.clock = GuardedClock(self.wall.clock)
        self.clock.guard(lambda: self.wall.elapsed / SECOND)
        self.take_turn()
        clock_watch.begin(self.database, self.clock, self.name)
        self.read()

    def take_turn(self) -> None:
        """Go by this daemon's clock in the transactions that come, if daemons share connections."""
        self.database.before_commit = partial(clock_watch.refuse_outdated, self.clock)

    def look(self) -> None:
        self.take_turn()
        clock_watch.watch(self.database, self.clock, self.name)

    def read(self) -> None:
        """Begin a step: read the clock."""
        self.now = self.clock.now()

    def write(self) -> bool:
        """End the step: queue a message that is dated now; return whether that was allowed."""
        self.take_turn()
        try:
            with self.database.write() as conn:
                made = add_message(conn)
                stamps = dict.fromkeys(("created_at", "due_at", "updated_at"), self.now)
                change(conn, outbox, made, **stamps, expires_at=self.now + DAY)
        except StoreUnavailableError:
            return False
        return True


def newest(database: Database) -> int:
    """When the last message was made and is due, by its own stamps."""
    with database.read() as conn:
        made, due = conn.execute(
            select(func.max(outbox.c.created_at), func.max(outbox.c.due_at))
        ).one()
    return max(made or 0, due or 0)


def believe(wall: Wall, off: int, *daemons: Peer) -> None:
    """Set the clock, and let daemons look until they believe it."""
    wall.set(off)
    for after in (0, 10, 70):
        wall.pass_by(after * SECOND)
        for daemon in daemons:
            daemon.look()


@pytest.fixture
def wall(database: Database, monkeypatch: pytest.MonkeyPatch) -> Wall:
    wall = Wall()
    if database.dialect == "postgresql":
        monkeypatch.setattr(server_clock, "read", lambda _: wall.clock.at)
    return wall


def two_daemons(database: Database, wall: Wall) -> tuple[Peer, Peer]:
    other = database.again(busy_seconds=5, connections=3)
    return Peer(database, wall, "one"), Peer(other, wall, "other")


@pytest.mark.parametrize("begins", ["before it is suspended", "when it wakes"])
def test_a_daemon_that_wakes_after_the_repair_writes_nothing_until_it_has_looked(
    database: Database, wall: Wall, begins: str
) -> None:
    awake, suspended = two_daemons(database, wall)
    believe(wall, 2 * DAY, awake, suspended)
    suspended.read()
    assert suspended.write()
    believe(wall, 0, awake)
    wall.pass_by(HOUR)
    awake.look()
    if begins == "when it wakes":
        suspended.read()
    assert suspended.now > NOON + DAY
    assert not suspended.write()
    assert newest(database) <= NOON + wall.elapsed
    # Another daemon has settled what the time is, so one look is enough.
    suspended.look()
    suspended.read()
    assert suspended.now == NOON + wall.elapsed
    assert suspended.write()
    suspended.database.close()


def test_what_a_dead_daemon_left_ahead_is_repaired_by_one_whose_clock_was_always_right(
    database: Database, wall: Wall
) -> None:
    dies, slept = two_daemons(database, wall)
    believe(wall, 2 * DAY, dies)
    dies.read()
    assert dies.write()
    wall.set(0)
    slept.look()
    assert newest(database) <= NOON + wall.elapsed
    dies.read()
    assert not dies.write()
    slept.database.close()


STEPS = st.sampled_from(["read", "write", "write", "look", "start"])
OFFS = st.sampled_from([0, 0, 2 * DAY, 10 * MINUTE, -3 * HOUR, -2 * DAY])
LATER = st.sampled_from([0, 5 * SECOND, 70 * SECOND, 10 * MINUTE, 2 * HOUR])
STORIES = st.lists(
    st.one_of(
        st.tuples(st.just("step"), st.integers(0, 1), STEPS),
        st.tuples(st.just("set"), st.just(0), OFFS),
        st.tuples(st.just("wait"), st.just(0), LATER),
    ),
    max_size=40,
)


def lived(room: Scratch, story: list[tuple[str, int, object]]) -> tuple[Wall, Database]:
    database = room.empty()
    wall = Wall()
    daemons = [Peer(database, wall, name) for name in ("one", "other")]
    for kind, which, what in story:
        if kind == "step":
            getattr(daemons[which], str(what))()
        elif kind == "set":
            wall.set(int(str(what)))
        else:
            wall.pass_by(int(str(what)))
    # One is never heard of again after its last write.
    believe(wall, 0, daemons[0])
    daemons[1].write()
    daemons[0].look()
    database.before_commit = lambda _: None  # the next story begins without daemons
    return wall, database


def test_whatever_daemons_and_clocks_do_nothing_stays_ahead() -> None:
    with scratch() as room:

        @settings(max_examples=150, deadline=None)
        @given(STORIES)
        def holds(story: list[tuple[str, int, object]]) -> None:
            wall, database = lived(room, story)
            assert newest(database) <= NOON + wall.elapsed + AHEAD_US

        holds()
