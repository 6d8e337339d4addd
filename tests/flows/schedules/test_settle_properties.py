"""Whatever happens and whenever it becomes known, the outcomes are those of the plain facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.store.database.in_memory import Scratch, scratch
from engine.store.tables.schedules import expectations
from tests.kit.generated import cases
from tests.kit.schedule_site import ScheduleSite
from tests.kit.times import DAY, HOUR, NOON, clock

DAYS = 6
END = NOON + DAYS * DAY


class Happening(NamedTuple):
    """Something that happens at an hour after the beginning and becomes known at another one."""

    what: Literal["completed", "missed", "excused", "leave_began", "leave_ended"]
    at: int
    known: int
    taken_back: int | None  # the hour at which its source withdraws it


HAPPENINGS = st.builds(
    lambda what, at, later, back: Happening(
        what, at, at + later, at + later + back if back and not what.startswith("leave") else None
    ),
    st.sampled_from(["completed", "completed", "missed", "excused", "leave_began", "leave_ended"]),
    st.integers(1, 24 * DAYS - 1),
    st.sampled_from([0, 0, 0, 1, 5, 30]),
    st.sampled_from([0, 0, 3, 40]),
)


def plain_outcomes(happenings: Sequence[Happening]) -> dict[str, str]:
    """What becomes of each day by the facts as they stand at the end."""
    found = {}
    for day in range(DAYS):
        opens, due, closes = clock("00:00", day), clock("20:00", day), clock("22:00", day)
        on_leave = False
        for one in sorted(happenings, key=lambda one: one.at):
            if one.what.startswith("leave") and NOON + one.at * HOUR <= due:
                on_leave = one.what == "leave_began"
        said = {
            one.what
            for one in happenings
            if opens <= NOON + one.at * HOUR <= closes and one.taken_back is None
        }
        if "completed" in said:
            outcome = "kept"
        elif "excused" in said:
            outcome = "excused"
        elif on_leave:
            outcome = "held"
        else:
            outcome = "missed by its source" if "missed" in said else "missed"
        found[date.fromordinal(date(2026, 6, 2).toordinal() + day).isoformat()] = outcome
    return found


def stored_outcomes(site: ScheduleSite) -> dict[str, str]:
    found = {}
    for row in site.rows(expectations):
        if row.closes_at > END:
            continue
        outcome = str(row.outcome)
        if outcome == "withdrawn" and str(row.reason) == "done after all":
            outcome = "kept"
        if outcome == "missed" and row.event_source != "schedules":
            outcome = "missed by its source"
        found[row.day] = outcome
    return found


@pytest.fixture(scope="module")
def databases() -> Iterator[Scratch]:
    with scratch() as made:
        yield made


@cases(60)
@given(
    st.lists(HAPPENINGS, max_size=10, unique_by=lambda one: one.at),
    st.lists(st.integers(1, 24 * DAYS), max_size=8),
)
def test_the_store_equals_a_plain_look_at_the_facts(
    databases: Scratch, happenings: list[Happening], looks: list[int]
) -> None:
    site = ScheduleSite(databases.empty())
    site.with_people()
    site.accept(NOON)
    site.at(NOON)
    steps: list[tuple[int, int, Happening | None]] = [(hour, 0, None) for hour in looks]
    steps += [(one.known, 1, one) for one in happenings]
    steps += [(one.taken_back, 2, one) for one in happenings if one.taken_back is not None]
    keys: dict[Happening, str] = {}
    last = max([hour for hour, *_ in steps], default=0)
    for hour, kind, one in sorted(steps, key=lambda step: step[:2]):
        now = NOON + hour * HOUR
        if kind == 1 and one is not None:
            if one.what.startswith("leave"):
                site.record(NOON + one.at * HOUR, one.what)
            else:
                keys[one] = str(len(keys) + 1)
                site.caseload.event(1, "check_in", NOON + one.at * HOUR, status=one.what)
        elif kind == 2 and one is not None:
            site.take_back(keys[one], now)
        site.at(now)
    site.at(NOON + max(last, 24 * DAYS) * HOUR)
    stored = stored_outcomes(site)
    assert stored == plain_outcomes(happenings)
    ours = [day for day, outcome in stored.items() if outcome == "missed"]
    missed = [at for at, _ in site.missed_events if at <= END]
    assert len(missed) == len(ours)
