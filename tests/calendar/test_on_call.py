"""Whose shift it is, by the clock of the rotation's own timezone, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from engine.calendar.on_call import continued, covers, on_call, shifts
from engine.model.instant import from_us, to_us
from engine.model.on_call import DAY_NAMES, Override, Rotation

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


# In the years of the tests every change of the clock is on a day among these.
ODD_DAYS = {(3, day) for day in range(8, 16)} | {(11, day) for day in range(1, 9)}


def at(written: str) -> int:
    return to_us(datetime.fromisoformat(written).replace(tzinfo=ZONE))


def rota(
    since: str, until: str, *overrides: Override, of: Rotation = NIGHTS
) -> list[tuple[str, str | None, str]]:
    """(from, staff, until) by the local clock."""
    found = shifts(of, overrides, at(since), at(until))
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


def rotation(**changes: Any) -> Rotation:
    written = NIGHTS.model_dump(include={"name", "timezone", "first_handover", "staff"})
    return Rotation.model_validate({**written, **changes})


def test_with_a_turn_of_a_day_the_next_person_follows_every_day() -> None:
    assert rota("2026-03-06", "2026-03-09", of=rotation(turn="1 day")) == [
        ("03-05 08:00", "S-1", "03-06 08:00"),
        ("03-06 08:00", "S-2", "03-07 08:00"),
        ("03-07 08:00", "S-3", "03-08 08:00"),
        ("03-08 08:00", "S-1", "03-09 08:00"),
    ]


WEEKNIGHTS = rotation(
    on=["monday", "tuesday", "wednesday", "thursday"], **{"from": "18:00", "to": "08:00"}
)


def test_nights_of_a_week_are_one_persons_and_nobody_is_on_call_between_them() -> None:
    assert rota("2026-03-05T12:00", "2026-03-10T12:00", of=WEEKNIGHTS) == [
        ("03-05 08:00", None, "03-05 18:00"),
        ("03-05 18:00", "S-1", "03-06 08:00"),
        ("03-06 08:00", None, "03-09 18:00"),
        ("03-09 18:00", "S-2", "03-10 08:00"),
        ("03-10 08:00", None, "03-10 18:00"),
    ]
    assert not covers(WEEKNIGHTS, [], at("2026-03-06T08:00"))
    assert covers(WEEKNIGHTS, [], at("2026-03-06T08:00") - 1)


def test_a_weekend_is_one_shift_and_its_daily_turns_count_its_own_days_alone() -> None:
    weekends = {"on": ["saturday", "sunday"], "from": "09:00", "to": "09:00"}
    assert [one for one in rota("2026-03-07", "2026-03-15", of=rotation(**weekends)) if one[1]] == [
        ("03-07 09:00", "S-1", "03-09 09:00"),
        ("03-14 09:00", "S-2", "03-16 09:00"),
    ]
    daily = rotation(**weekends, turn="1 day")
    assert [one for one in rota("2026-03-07", "2026-03-15", of=daily) if one[1]] == [
        ("03-07 09:00", "S-1", "03-08 09:00"),
        ("03-08 09:00", "S-2", "03-09 09:00"),
        ("03-14 09:00", "S-3", "03-15 09:00"),
    ]


def test_an_override_counts_outside_the_hours_too() -> None:
    one = Override(7, "nights", "S-9", at("2026-03-07T12:00"), at("2026-03-07T15:00"))
    assert on_call(WEEKNIGHTS, [one], at("2026-03-07T12:00")) == "S-9"
    assert covers(WEEKNIGHTS, [one], at("2026-03-07T14:00"))
    assert not covers(WEEKNIGHTS, [one], at("2026-03-07T15:00"))


def test_hours_keep_to_the_clock_on_the_two_odd_nights() -> None:
    nights = rotation(**{"from": "22:00", "to": "06:00"})
    for evening, hours_long in (("2026-03-07", 7), ("2026-10-31", 9), ("2026-11-03", 8)):
        (night,) = [
            one
            for one in shifts(nights, [], at(f"{evening}T22:00"), at(f"{evening}T23:00"))
            if not one.off_hours
        ]
        assert (night.ended - night.began) // 3_600_000_000 == hours_long


def test_two_rotations_that_meet_at_a_skipped_hour_leave_no_gap() -> None:
    evenings = rotation(**{"from": "18:00", "to": "02:30"})
    mornings = rotation(**{"from": "02:30", "to": "18:00"})
    for hour in range(24):
        now = at("2026-03-08") + hour * 3_600_000_000
        assert covers(evenings, [], now) != covers(mornings, [], now)


def test_hours_that_the_clock_skips_do_not_come() -> None:
    skipped = rotation(**{"from": "02:15", "to": "02:45"})
    found = shifts(skipped, [], at("2026-03-07T00:00"), at("2026-03-10T00:00"))
    assert [one for one in found if one.began >= one.ended] == []
    early = rotation(**{"from": "02:30", "to": "03:00"})
    days = [one[0] for one in rota("2026-03-07", "2026-03-10", of=early) if one[1]]
    assert days == ["03-07 02:30", "03-09 02:30"]


def test_a_changed_list_leaves_on_call_the_person_who_is_on_call() -> None:
    now = at("2026-03-12")  # the week of S-2
    assert on_call(NIGHTS, [], now) == "S-2"
    for staff, then in (
        (("S-2", "S-3"), "S-3"),  # one taken out
        (("S-0", "S-1", "S-2", "S-3"), "S-3"),  # one added
        (("S-3", "S-2"), "S-3"),
    ):
        changed = continued(rotation(staff=staff), NIGHTS, now)
        assert on_call(changed, [], now) == "S-2"
        assert on_call(changed, [], at("2026-03-16T08:00")) == then
        assert set(changed.staff) == set(staff)


def test_if_the_person_on_call_is_taken_out_the_next_of_the_old_list_follows() -> None:
    now = at("2026-03-12")
    changed = continued(rotation(staff=("S-1", "S-3")), NIGHTS, now)
    assert on_call(changed, [], now) == "S-3"
    assert on_call(changed, [], at("2026-03-16T08:00")) == "S-1"


def test_a_list_that_serves_already_goes_on_and_another_change_counts_as_it_is_written() -> None:
    now = at("2026-03-12")
    written = rotation(staff=("S-2", "S-3"))
    serving = continued(written, NIGHTS, now)
    for later in (now, at("2026-03-17"), at("2026-04-17")):
        assert continued(written, serving, later) == serving
    for fresh in (
        rotation(staff=("S-2", "S-3"), turn="1 day"),
        rotation(staff=("S-2", "S-3"), first_handover="2026-03-03 08:00"),
        rotation(staff=("S-8", "S-9")),
    ):
        assert continued(fresh, NIGHTS, now) == fresh
    assert continued(written, None, now) == written
    assert continued(written, NIGHTS, at("2026-03-01")) == written


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


HOURS = st.fixed_dictionaries(
    {
        "turn": st.sampled_from(["1 day", "1 week"]),
        "on": st.sets(st.sampled_from(DAY_NAMES), min_size=1).map(list),
        "from": st.integers(0, 1439).map(lambda minute: minute * 60_000_000),
        "to": st.integers(0, 1439).map(lambda minute: minute * 60_000_000),
    }
)


@given(INSTANTS, HOURS)
def test_hours_say_the_same_whether_they_are_listed_or_asked_for(
    since: int, hours: dict[str, object]
) -> None:
    one = rotation(**hours)
    found = shifts(one, [], since, since + 20 * 86_400_000_000)
    assert found[0].began <= since
    assert all(shift.ended == after.began for shift, after in pairwise(found))
    for shift in found:
        for now in (shift.began, shift.ended - 1):
            assert on_call(one, [], now) == shift.staff
            assert covers(one, [], now) != shift.off_hours


@given(INSTANTS, HOURS)
def test_hours_are_those_that_the_clock_on_the_wall_shows(now: int, hours: dict[str, Any]) -> None:
    """Told by the wall clock alone, on a day without a change of the clock."""
    local = from_us(now).astimezone(ZONE)
    assume((local.month, local.day) not in ODD_DAYS)
    minute = local.hour * 60 + local.minute
    begin, end = (hours[key] // 60_000_000 for key in ("from", "to"))
    today, before = (DAY_NAMES[(local.weekday() - back) % 7] in hours["on"] for back in (0, 1))
    by_day = today and begin <= minute < end
    by_night = (today and minute >= begin) or (before and minute < end)
    assert covers(rotation(**hours), [], now) == (by_day if begin < end else by_night)
