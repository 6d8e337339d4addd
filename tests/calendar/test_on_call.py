"""Whose shift it is, by the clock of the rotation's own timezone, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from engine.calendar.on_call import on_call, shifts
from engine.model.instant import from_us, to_us
from engine.model.on_call import Override, Rotation

ZONE = ZoneInfo("America/New_York")
# The clocks go forward on 8 March 2026 and back on 1 November.
NIGHTS = Rotation.model_validate(
    {
        "name": "nights",
        "timezone": "America/New_York",
        "first_handover": "2026-03-02 08:00",
        "staff": ["S-1", "S-2", "S-3"],
    }
)


def at(written: str) -> int:
    return to_us(datetime.fromisoformat(written).replace(tzinfo=ZONE))


def rota(since: str, until: str, *overrides: Override) -> list[tuple[str, str | None, str]]:
    """(from, staff, until) by the local clock."""
    found = shifts(NIGHTS, overrides, at(since), at(until))
    return [(shown(one.began), one.staff, shown(one.ended)) for one in found]


def shown(us: int) -> str:
    return from_us(us).astimezone(ZONE).strftime("%m-%d %H:%M")


def test_each_has_a_week_and_then_it_begins_again() -> None:
    assert rota("2026-03-03", "2026-03-24") == [
        ("03-02 08:00", "S-1", "03-09 08:00"),
        ("03-09 08:00", "S-2", "03-16 08:00"),
        ("03-16 08:00", "S-3", "03-23 08:00"),
        ("03-23 08:00", "S-1", "03-30 08:00"),
    ]


def test_it_is_handed_over_at_eight_by_the_clock_though_the_clocks_changed() -> None:
    assert on_call(NIGHTS, [], at("2026-03-09T08:00") - 1) == "S-1"
    assert on_call(NIGHTS, [], at("2026-03-09T08:00")) == "S-2"
    (week,) = shifts(NIGHTS, [], at("2026-03-04"), at("2026-03-05"))
    assert (week.ended - week.began) // 3_600_000_000 == 7 * 24 - 1
    (week,) = shifts(NIGHTS, [], at("2026-10-28"), at("2026-10-29"))
    assert (week.ended - week.began) // 3_600_000_000 == 7 * 24 + 1


def test_nobody_is_on_call_before_the_first_hand_over() -> None:
    assert on_call(NIGHTS, [], at("2026-03-02T08:00") - 1) is None
    assert on_call(NIGHTS, [], at("2026-03-02T08:00")) == "S-1"


def test_an_override_counts_from_its_beginning_until_its_end_and_over_a_hand_over() -> None:
    one = Override(7, "nights", "S-9", at("2026-03-08T12:00"), at("2026-03-10T12:00"))
    assert rota("2026-03-08", "2026-03-11", one) == [
        ("03-02 08:00", "S-1", "03-08 12:00"),
        ("03-08 12:00", "S-9", "03-10 12:00"),
        ("03-10 12:00", "S-2", "03-16 08:00"),
    ]


def test_of_two_overrides_the_one_made_last_counts_and_those_of_another_rotation_do_not() -> None:
    span = (at("2026-03-03"), at("2026-03-04"))
    made = [
        Override(2, "nights", "S-8", *span),
        Override(1, "nights", "S-9", *span),
        Override(3, "days", "S-7", *span),
    ]
    assert on_call(NIGHTS, made, at("2026-03-03T12:00")) == "S-8"


INSTANTS = st.integers(
    to_us(datetime(2026, 3, 3, tzinfo=UTC)), to_us(datetime(2030, 1, 1, tzinfo=UTC))
)


@given(
    INSTANTS,
    st.integers(0, 30 * 86_400_000_000),
    st.lists(st.tuples(INSTANTS, st.integers(1, 10**13)), max_size=4),
)
def test_shifts_leave_no_gap_and_say_the_same_as_asking_for_an_instant(
    since: int, long: int, spans: list[tuple[int, int]]
) -> None:
    made = [
        Override(number, "nights", "S-9", began, began + long)
        for number, (began, long) in enumerate(spans)
    ]
    found = shifts(NIGHTS, made, since, since + long + 1)
    assert found[0].began <= since
    assert found[-1].ended > since + long
    assert all(one.ended == after.began for one, after in pairwise(found))
    assert all(
        on_call(NIGHTS, made, one.began) == one.staff == on_call(NIGHTS, made, one.ended - 1)
        for one in found
    )
