"""The ticks go on whatever one step does, and the watch sees one that does not end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import UserError
from engine.scheduler import Every, Scheduler, Tick

OFTEN = 0.02


class Counting:
    """A step that tells when it was taken so and so often, and may fail each time."""

    def __init__(self, times: int, error: Exception | None = None) -> None:
        self.left = times
        self.enough = threading.Event()
        self.error = error
        self.threads: set[int] = set()

    def __call__(self) -> None:
        self.threads.add(threading.get_ident())
        self.left -= 1
        if self.left <= 0:
            self.enough.set()
        if self.error:
            raise self.error


class Hanging:
    """A step that does not end before it is let go."""

    def __init__(self) -> None:
        self.begun, self.let_go, self.ended = (
            threading.Event(),
            threading.Event(),
            threading.Event(),
        )
        self.at_once = 0
        self.most_at_once = 0

    def __call__(self) -> None:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        self.begun.set()
        self.let_go.wait(10)
        self.at_once -= 1
        self.ended.set()


def wait_until(condition: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(1000):
        if condition():
            return
        waiting.wait(0.01)
    raise AssertionError("it does not come about")


@contextmanager
def running(scheduler: Scheduler) -> Iterator[Scheduler]:
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.stop()


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("x"), UserError("the database is away"), OSError()]
)
def test_a_step_that_fails_is_counted_and_stops_neither_itself_nor_others(error: Exception) -> None:
    failing, fine = Counting(3, error), Counting(3)
    with running(
        Scheduler([Tick("failing", OFTEN, failing), Tick("fine", OFTEN, fine)], 60)
    ) as scheduler:
        assert failing.enough.wait(10)
        assert fine.enough.wait(10)
    assert scheduler.failures["failing"] >= 3
    assert scheduler.failures["fine"] == 0
    assert scheduler.steps["fine"] >= 3


def test_each_tick_keeps_to_one_thread() -> None:
    one, other = Counting(3), Counting(3)
    with running(Scheduler([Tick("one", OFTEN, one), Tick("other", OFTEN, other)], 60)):
        assert one.enough.wait(10)
        assert other.enough.wait(10)
    assert len(one.threads) == len(other.threads) == 1
    assert one.threads != other.threads


def test_a_long_step_is_not_begun_a_second_time_and_holds_up_no_other() -> None:
    slow, fine = Hanging(), Counting(10)
    with running(Scheduler([Tick("slow", OFTEN, slow), Tick("fine", OFTEN, fine)], 60)):
        assert slow.begun.wait(10)
        assert fine.enough.wait(10)
        slow.let_go.set()
        assert slow.ended.wait(10)
    assert slow.most_at_once == 1


def test_stopping_waits_for_the_step_under_way() -> None:
    slow = Hanging()
    with running(Scheduler([Tick("slow", OFTEN, slow)], 60)):
        assert slow.begun.wait(10)
        threading.Timer(0.1, slow.let_go.set).start()
    assert slow.ended.is_set()


def test_a_tick_whose_step_does_not_end_is_stale_after_its_time() -> None:
    time = [0.0]
    slow, fine = Hanging(), Counting(1)
    ticks = [Tick("slow", 5, slow), Tick("fine", 3600, fine)]
    with running(Scheduler(ticks, 60, monotonic=lambda: time[0])) as scheduler:
        assert slow.begun.wait(10)
        assert fine.enough.wait(10)
        time[0] = 65.0
        assert scheduler.stale() == []
        time[0] = 65.1
        assert scheduler.stale() == ["slow"]
        slow.let_go.set()


def test_ticks_that_nobody_starts_are_stale_too() -> None:
    time = [0.0]
    scheduler = Scheduler([Tick("ingest", 5, Counting(1))], 60, monotonic=lambda: time[0])
    time[0] = 66.0
    assert scheduler.stale() == ["ingest"]


def test_a_step_begins_by_the_monotonic_clock_though_the_machines_clock_was_set_back() -> None:
    time = [0.0]
    step = Counting(2)
    with running(Scheduler([Tick("fine", 3600, step)], 60, monotonic=lambda: time[0])) as scheduler:
        wait_until(lambda: scheduler.steps["fine"] == 1)
        time[0] = 3601.5
        scheduler.wake_late()
        assert step.enough.wait(10)


def test_a_step_under_way_is_not_woken() -> None:
    time = [0.0]
    slow = Hanging()
    with running(Scheduler([Tick("slow", 5, slow)], 60, monotonic=lambda: time[0])) as scheduler:
        assert slow.begun.wait(10)
        time[0] = 50.0
        scheduler.wake_late()
        slow.let_go.set()
    assert slow.most_at_once == 1


def test_a_clock_set_far_ahead_makes_up_no_missed_steps() -> None:
    ago, now = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    assert Every(5).get_next_fire_time(ago, now) == now + timedelta(seconds=5)


def test_a_tick_that_only_fails_is_without_success_after_its_time() -> None:
    time = [0.0]
    failing, fine = Counting(1, OSError()), Counting(1)
    ticks = [Tick("failing", 3600, failing), Tick("fine", 3600, fine)]
    with running(Scheduler(ticks, 600, monotonic=lambda: time[0])) as scheduler:
        wait_until(lambda: sum(scheduler.steps.values()) == 2)
        names = ["failing", "fine"]
        assert scheduler.failing(names) == ["failing"]
        assert scheduler.without_success(names, 120) == []
        time[0] = 3721.0
        assert scheduler.without_success(names, 120) == names
        assert scheduler.without_success(["failing"], 120) == ["failing"]


def test_a_tick_that_begins_no_step_is_stale_after_two_minutes_however_long_a_step_may_take() -> (
    None
):
    time = [0.0]
    scheduler = Scheduler([Tick("ingest", 5, Counting(1))], 900, monotonic=lambda: time[0])
    time[0] = 125.0
    assert scheduler.stale() == []
    time[0] = 126.0
    assert scheduler.stale() == ["ingest"]


def test_a_tick_that_is_woken_begins_a_step_at_once() -> None:
    step = Counting(1)
    with running(Scheduler([Tick("slow", 3600, step)], 60)) as scheduler:
        assert step.enough.wait(10)
        wait_until(lambda: scheduler.steps["slow"] == 1)
        step.enough.clear()
        scheduler.wake("slow")
        assert step.enough.wait(10)


def test_a_tick_that_is_woken_in_a_step_takes_another_one_after_it() -> None:
    step = Hanging()
    with running(Scheduler([Tick("slow", 3600, step)], 60)) as scheduler:
        assert step.begun.wait(10)
        scheduler.wake("slow")
        step.let_go.set()
        wait_until(lambda: scheduler.steps["slow"] >= 2)
    assert step.most_at_once == 1


def test_a_tick_is_not_woken_once_the_scheduler_stops() -> None:
    step = Counting(1)
    scheduler = Scheduler([Tick("slow", 3600, step)], 60)
    with running(scheduler):
        assert step.enough.wait(10)
    scheduler.wake("slow")
