"""One reading of a clock is evidence.

A jump is noticed at once, and believed once it has lasted.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar.machine_clock import (
    BEHIND_US,
    EARLIEST,
    SETTLES_US,
    ClockReading,
    ClockState,
    ClockVerdict,
    begin,
    look,
)
from tests.kit.times import DAY, HOUR, MINUTE, NOON, SECOND

V = ClockVerdict


def looks(*readings: tuple[int, int]) -> tuple[list[ClockVerdict], list[int]]:
    """The verdicts and the engine's time after NOON, at (seconds since start, clock error)."""
    state, verdict = begin(ClockReading(NOON, 0), None, None)
    verdicts, times = [verdict], []
    for seconds, off in readings:
        state, verdict = look(state, ClockReading(NOON + seconds * SECOND + off, seconds * SECOND))
        verdicts.append(verdict)
        times.append((state.now - NOON) // SECOND)
    return verdicts[1:], times


def test_a_clock_that_goes_a_little_wrong_is_no_news() -> None:
    verdicts, times = looks((10, 0), (20, 4 * MINUTE), (30, 4 * MINUTE - 50 * SECOND))
    assert verdicts == [V.STEADY] * 3
    assert times == [10, 260, 220]


@pytest.mark.parametrize(("off", "jumped"), [(60 * DAY, V.JUMPED_AHEAD), (-HOUR, V.JUMPED_BEHIND)])
def test_one_wrong_reading_is_never_believed(off: int, jumped: ClockVerdict) -> None:
    verdicts, times = looks((10, 0), (20, off), (30, 0), (40, 0))
    assert verdicts == [V.STEADY, jumped, V.RIGHT_AGAIN, V.STEADY]
    assert times == [10, 20, 30, 40]


@pytest.mark.parametrize(
    ("off", "jumped", "believed"),
    [
        (60 * DAY, V.JUMPED_AHEAD, V.BELIEVED_AHEAD),
        (-HOUR, V.JUMPED_BEHIND, V.BELIEVED_BEHIND),
    ],
)
def test_a_new_time_is_believed_when_it_has_stayed_for_a_minute(
    off: int, jumped: ClockVerdict, believed: ClockVerdict
) -> None:
    verdicts, times = looks((10, 0), (20, off), (79, off), (80, off), (90, off))
    assert verdicts == [V.STEADY, jumped, V.DOUBTED, believed, V.STEADY]
    assert times == [10, 20, 79, 80 + off // SECOND, 90 + off // SECOND]


def test_a_clock_that_jumps_again_while_in_doubt_begins_its_minute_again() -> None:
    verdicts, _ = looks((10, HOUR), (60, 9 * HOUR), (80, 9 * HOUR), (120, 9 * HOUR))
    assert verdicts == [V.JUMPED_AHEAD, V.JUMPED_AHEAD, V.DOUBTED, V.BELIEVED_AHEAD]


def test_the_times_of_a_dead_battery_are_never_believed() -> None:
    verdicts, times = looks((10, -NOON), (1000, -NOON), (9000, 0))
    assert verdicts == [V.JUMPED_BEHIND, V.DOUBTED, V.RIGHT_AGAIN]
    assert times == [10, 1000, 9000]


def started(said: int, last: int, floor: int | None) -> tuple[ClockVerdict, int]:
    state, verdict = begin(ClockReading(said, 0), last, floor)
    return verdict, state.now - said


def test_a_start_long_after_the_last_tick_is_a_pause() -> None:
    assert started(NOON, NOON - 60 * DAY, NOON - 90 * DAY) == (V.STEADY, 0)


def test_a_start_behind_a_last_tick_that_came_after_a_gap_believes_the_clock() -> None:
    assert started(NOON, NOON + 60 * DAY, NOON - MINUTE) == (V.BELIEVED_BEHIND, 0)


def test_a_start_behind_all_that_is_known_doubts_the_clock_and_goes_on_from_the_last_tick() -> None:
    assert started(NOON - 2 * HOUR, NOON, NOON - HOUR) == (V.JUMPED_BEHIND, 2 * HOUR)
    assert started(1, NOON, None) == (V.JUMPED_BEHIND, NOON - 1)


def test_the_floor_rises_with_steady_time_and_stops_at_a_gap() -> None:
    state, _ = begin(ClockReading(NOON, 0), NOON - 60 * DAY, EARLIEST)
    assert state.floor == NOON - 60 * DAY
    state, _ = look(state, ClockReading(NOON + MINUTE, MINUTE))
    assert state.floor == NOON - 60 * DAY + MINUTE


def test_daemons_whose_clocks_differ_go_by_that_of_the_database() -> None:
    ahead = ClockReading(NOON + 2 * HOUR, 0, NOON)
    behind = ClockReading(NOON - 2 * HOUR, 0, NOON)
    alike = ClockReading(NOON + BEHIND_US, 0, NOON)
    assert [begin(one, NOON, None)[0].now - NOON for one in (ahead, behind, alike)] == [
        0, 0, BEHIND_US,
    ]  # fmt: skip
    assert (ahead.differs, behind.differs, alike.differs) == (2 * HOUR, -2 * HOUR, 0)


def _engine_times(offs: Sequence[tuple[int, int]]) -> list[tuple[int, ClockState, ClockVerdict]]:
    state, _ = begin(ClockReading(NOON, 0), None, None)
    found, monotonic = [], 0
    for pause, off in offs:
        monotonic += pause
        state, verdict = look(state, ClockReading(NOON + monotonic + off, monotonic))
        found.append((monotonic, state, verdict))
    return found


OFFS = st.one_of(st.just(0), st.integers(-90 * DAY, 90 * DAY), st.integers(-HOUR, HOUR))


@given(st.lists(st.tuples(st.integers(SECOND, 10 * MINUTE), OFFS), max_size=30))
def test_the_engines_time_leaps_only_to_a_time_that_stayed_and_heals_once_the_clock_is_right(
    offs: list[tuple[int, int]],
) -> None:
    before, since = NOON, 0
    right = [(SETTLES_US, 0)] * 4
    found = _engine_times([*offs, *right])
    for monotonic, state, verdict in found:
        leapt = state.now - before - (monotonic - since)
        believed = verdict in {V.BELIEVED_AHEAD, V.BELIEVED_BEHIND}
        assert believed or -BEHIND_US <= leapt <= 5 * MINUTE
        before, since = state.now, monotonic
    monotonic, state, verdict = found[-1]
    assert (state.now, verdict) == (NOON + monotonic, V.STEADY)
