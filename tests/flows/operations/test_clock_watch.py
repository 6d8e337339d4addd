"""Whatever a wrong clock decided is decided again: random jumps lose no alert and no text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from engine.alerts.lifecycle import VOID
from engine.flows.delivery import deliver
from engine.flows.operations import clock_watch, watchdog
from engine.flows.operations.guarded_clock import GuardedClock
from engine.model.audit_action import AuditAction
from engine.store.database import server_clock
from engine.store.database.connection import Database
from engine.store.database.in_memory import Scratch, scratch
from engine.store.operations import job_runs, machine_clock
from engine.store.tables.alerts import alerts, evaluations
from engine.store.tables.messages import outbox
from engine.store.tables.people import record_entries
from tests.kit.carrier import Carrier
from tests.kit.site import Site, rulebook_of, written_rule
from tests.kit.times import DAY, HOUR, MINUTE, NOON, SECOND, SetClock

MISSED = "{count: check_in, where: {status: missed}, within: 7 days, at_least: 1}"
SILENT = "{time_since: check_in, at_least: 3 days}"
RULES = (
    written_rule("missed", MISSED, severity="urgent", reason="a missed check-in"),
    written_rule("silent", SILENT, severity="high", reason="no check-in"),
)
HOST = "here"


@dataclass
class Machine:
    """A daemon on a machine whose clock is off by `off`.

    `elapsed` is the monotonic clock's reading.
    """

    database: Database
    guarded: bool
    off: int = 0
    elapsed: int = 0
    site: Site = field(init=False)
    carrier: Carrier = field(default_factory=Carrier)
    clock: GuardedClock = field(init=False)
    _wall: SetClock = field(default_factory=SetClock)

    def __post_init__(self) -> None:
        self.site = Site(self.database).with_people()
        self.site.serve(rulebook_of(*RULES))
        self.boot()

    def boot(self) -> None:
        self.clock = GuardedClock(self._wall)
        if self.guarded:
            self.clock.guard(lambda: self.elapsed / SECOND)
        self._set()
        clock_watch.begin(self.database, self.clock, HOST)

    def step(self, after: int = 0) -> None:
        """All flows once, so much later."""
        self.elapsed += after
        self._set()
        if not self.guarded:
            clock_watch.begin(self.database, self.clock, HOST)
        clock_watch.watch(self.database, self.clock, HOST)
        self.site.evaluate(self.clock.now())
        while deliver.run(self.database, self.carrier, self.clock.now(), "test") is not None:
            pass

    def _set(self) -> None:
        self._wall.at = NOON + self.elapsed + self.off

    def broken(self) -> list[str]:
        with self.database.read() as conn:
            return clock_watch.broken(conn, self.clock.now())

    def alerts(self) -> set[tuple[object, ...]]:
        """The alerts that stand for something, each as a client has it."""
        return {
            (row.client_id, row.rule_id, row.began, row.ended)
            for row in self.site.alerts
            if row.resolution not in VOID
        }

    def told(self) -> set[tuple[object, ...]]:
        """The alerts (client, rule, begin) that a recipient's phone has shown a text about."""
        asked = (
            select(alerts.c.client_id, alerts.c.rule_id, alerts.c.began, outbox.c.staff_id)
            .join(outbox, outbox.c.alert_id == alerts.c.id)
            .where(outbox.c.state == "accepted", alerts.c.resolution.is_(None))
        )
        with self.database.read() as conn:
            return {tuple(row) for row in conn.execute(asked)}


@pytest.fixture
def machine(database: Database) -> Machine:
    return Machine(database, guarded=False)


# (minutes until the clock is set, how far off it is from then on, an event now or not)
Story = Sequence[tuple[int, int, bool]]
OFFS = st.one_of(st.just(0), st.integers(-40 * DAY, 60 * DAY), st.integers(-2 * HOUR, 2 * HOUR))
STORIES = st.lists(st.tuples(st.integers(1, 12), OFFS, st.booleans()), min_size=1, max_size=5)


def lived(room: Scratch, story: Story, *, guarded: bool, right: bool) -> Machine:
    machine = Machine(room.empty(), guarded)
    for client in (2, 3):
        machine.site.caseload.client(client)
        machine.site.assign(client, 1)
    # One client falls silent in the course of the story.
    machine.site.caseload.event(3, "check_in", NOON - 3 * DAY + 20 * MINUTE, status="completed")
    for client in (1, 2):
        machine.site.caseload.event(client, "check_in", NOON - HOUR, status="completed")
    machine.step()
    for number, (minutes, off, happens) in enumerate(story):
        machine.off = 0 if right else off
        machine.step(minutes * MINUTE)
        if happens:
            machine.site.missed(NOON + machine.elapsed, 1 + number % 2)
        machine.step(MINUTE)
    machine.off = 0
    for _ in range(20):
        machine.step(5 * MINUTE)
    return machine


@pytest.mark.parametrize("guarded", [True, False])
def test_random_jumps_lose_no_alert_and_no_text(guarded: bool) -> None:
    with scratch() as room:

        @settings(max_examples=8, deadline=None)
        @given(STORIES)
        def holds(story: Story) -> None:
            right = lived(room, story, guarded=guarded, right=True)
            expected, told = right.alerts(), right.told()
            wrong = lived(room, story, guarded=guarded, right=False)
            assert wrong.alerts() == expected
            assert wrong.told() >= told

        holds()


def test_one_tick_two_months_ahead_silences_nobody(machine: Machine) -> None:
    machine.step()
    machine.site.missed(NOON + MINUTE)
    machine.off = 60 * DAY
    machine.step(MINUTE)
    assert machine.told() == set()
    machine.off = 0
    machine.step(MINUTE)
    assert (1, "missed", NOON + MINUTE, 1) in machine.told()
    assert [row.evaluated_to for row in machine.site.rows(evaluations)] == [NOON + 2 * MINUTE]
    assert (AuditAction.CLOCK_REPAIRED, "clock") in machine.site.audited


def test_a_jump_is_told_to_the_admins_once_and_shown_for_an_hour(machine: Machine) -> None:
    machine.off = 2 * HOUR
    machine.step()
    machine.off = 0
    machine.step(MINUTE)
    assert machine.broken() == ["the clock went back by 119 minutes"]
    for _ in range(3):
        watchdog.run(machine.database, machine.clock.now())
        machine.step(MINUTE)
    texts = [row for row in machine.site.rows(outbox) if "went back" in row.body]
    assert [row.staff_id for row in texts] == [3]
    machine.step(HOUR)
    assert machine.broken() == []


def test_a_daemon_goes_on_by_the_monotonic_clock_until_a_jump_has_stayed(
    sqlite_database: Database,
) -> None:
    machine = Machine(sqlite_database, guarded=True)
    machine.off = -HOUR
    machine.site.missed(NOON + 20 * SECOND)
    machine.step(30 * SECOND)
    assert machine.clock.now() == NOON + 30 * SECOND
    assert (1, "missed", NOON + 20 * SECOND, 1) in machine.told()
    machine.step(60 * SECOND)
    assert machine.clock.now() == NOON + 90 * SECOND - HOUR


def test_texts_wait_for_no_clock_to_catch_up(machine: Machine) -> None:
    machine.site.missed(NOON - MINUTE)
    machine.off = 10 * DAY
    machine.carrier.moods = ["busy"] * 10
    machine.step()
    machine.carrier.moods = []
    machine.off = 0
    for _ in range(3):
        machine.step(MINUTE)
    assert (1, "missed", NOON - MINUTE, 1) in machine.told()
    for row in machine.site.rows(outbox):
        stamps = (row.created_at, row.updated_at, row.sent_at or 0, row.lease_until or 0)
        assert max(stamps) <= machine.clock.now()
    for alert in machine.site.alerts:
        assert max(alert.opened_at, alert.told_at or 0) <= machine.clock.now()


def test_a_text_that_a_wrong_clock_let_expire_goes_out(machine: Machine) -> None:
    machine.site.missed(NOON - MINUTE)
    machine.carrier.moods = ["busy"] * 10
    machine.step()
    machine.carrier.moods = []
    machine.off = 5 * DAY
    machine.step(MINUTE)
    assert "expired" in {row.state for row in machine.site.rows(outbox)}
    machine.off = 0
    machine.step(MINUTE)
    assert (1, "missed", NOON - MINUTE, 1) in machine.told()


def test_a_message_in_doubt_is_as_old_as_it_was_once_the_clock_is_right(machine: Machine) -> None:
    machine.site.missed(NOON - MINUTE)
    machine.off = 10 * DAY
    machine.carrier.moods, machine.carrier.deaf = ["times out after taking it"], 9
    machine.step()
    machine.step(30 * MINUTE)
    machine.off = 0
    machine.step(MINUTE)
    assert 30 * MINUTE <= machine.carrier.looked_up[-1].ago <= 31 * MINUTE


def test_an_attribute_that_was_read_ahead_holds_from_now_on(machine: Machine) -> None:
    with machine.database.write() as conn:
        for ahead, value in ((9, "iop"), (10, "aftercare"), (90, "discharged one day")):
            entry = {"client_id": 1, "entry": "program", "value": value, "at": NOON + ahead * DAY}
            conn.execute(record_entries.insert(), entry)
    machine.off = 10 * DAY
    machine.step()
    machine.off = 0
    machine.step(MINUTE)
    found = [
        (row.at, row.value) for row in machine.site.rows(record_entries) if row.entry == "program"
    ]
    assert sorted(found) == [
        (NOON + MINUTE, "aftercare"), (NOON + 90 * DAY, "discharged one day"),
    ]  # fmt: skip


def test_a_claim_of_a_dead_evaluator_whose_clock_was_ahead_has_run_out(machine: Machine) -> None:
    with machine.database.write() as conn:
        conn.execute(update(evaluations).values(claimed_by="dead", lease_until=NOON + 12 * HOUR))
    machine.site.missed(NOON - MINUTE)
    machine.step()
    assert (1, "missed", NOON - MINUTE, 1) in machine.told()


def test_daemons_go_by_the_clock_of_their_database_and_say_that_theirs_differs(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres_database.read() as conn:
        assert (server_clock.read(conn) or 0) > NOON - 365 * DAY
    monkeypatch.setattr(server_clock, "read", lambda conn: NOON)
    machine = Machine(postgres_database, guarded=True, off=2 * HOUR)
    assert machine.clock.now() == NOON
    assert machine.broken() == ["the clock of a machine differs from that of the database"]
    machine.off = 0
    machine.step()
    assert machine.broken() == []


def test_a_last_tick_is_that_of_any_job(database: Database) -> None:
    with database.write() as conn:
        assert machine_clock.last_tick(conn) is None
        job_runs.record(conn, "deliver", NOON)
        assert machine_clock.last_tick(conn) == NOON
        machine_clock.write(conn, machine_clock.LastReading(NOON + 5, NOON))
        assert machine_clock.last_tick(conn) == NOON + 5


@pytest.mark.parametrize("booted", [True, False])
def test_what_happened_while_the_daemon_was_away_is_told(machine: Machine, booted: bool) -> None:
    machine.step()
    machine.elapsed += 10 * DAY  # suspended, or off
    machine.site.caseload.event(1, "check_in", NOON + DAY, status="completed")
    if booted:
        machine.boot()
    machine.step()
    machine.step(2 * MINUTE)
    # Silent since the fourth day, six days before the daemon is back.
    assert [row.historic for row in machine.site.alerts if row.began > NOON] == [False]


def test_a_gap_of_long_ago_makes_no_old_alert_new(machine: Machine) -> None:
    machine.step()
    machine.elapsed += 10 * DAY
    machine.step()
    for _ in range(4 * 48):
        machine.step(HOUR // 2)
    machine.site.caseload.event(1, "check_in", NOON + 9 * DAY, status="missed")
    machine.step()
    missed = [row for row in machine.site.alerts if row.rule_id == "missed"]
    assert [row.historic for row in missed] == [True]
