"""A client's weeks as marks: every event once, and nothing by colour alone."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.console_pages import ClientPage, PastAlert
from engine.model.event import Event, write_fields
from engine.model.instant import DAY_US, HOUR_US
from engine.model.local_time import ZoneSpell
from engine.presentation.console.timeline import Strip, Timeline, in_words, timeline
from tests.kit.times import NOON


def event(kind: str, ago: int, **fields: Any) -> Event:
    at = NOON - ago * HOUR_US
    return Event(
        1, 1, kind, at, at, "tests", f"{kind}-{ago}", write_fields(fields), None, "t.csv:1"
    )


def drawn(*events: Event, past: tuple[PastAlert, ...] = ()) -> Timeline:
    return timeline(
        ClientPage(
            "C-1", (ZoneSpell(0, "America/New_York"),), NOON - 30 * DAY_US, NOON, None, (), True,
            False, (), past, (), events, (), 0, None,
        )
    )  # fmt: skip


def strip(found: Timeline, label: str) -> Strip:
    (one,) = (each for each in found.strips if each.label.startswith(label))
    return one


def test_each_event_has_one_mark_with_its_time_and_words() -> None:
    found = drawn(
        event("check_in", 48, status="completed", craving=3),
        event("test", 40, result="negative"),
        event("attendance", 30, status="no_show"),
        event("medication", 20, status="taken", drug="methadone"),
        event("contact", 10, outcome="reached"),
        event("goal", 5, goal="job", status="met"),
    )

    marks = [mark for each in found.strips for mark in each.marks]
    assert len(marks) == 6
    assert marks[0].title == "Sun 31 May 08:00: check in, craving 3, status completed"


def test_a_later_event_stands_further_right_and_inside_the_drawing() -> None:
    found = drawn(*(event("test", ago, result="negative") for ago in (700, 300, 0)))

    places = [mark.x for mark in strip(found, "Drug tests").marks]
    assert places == sorted(places)
    assert 0 < places[0] < places[-1] <= 100


@pytest.mark.parametrize(
    ("result", "shape"), [("negative", "ring"), ("positive", "diamond"), ("missed", "cross")]
)
def test_results_differ_by_shape(result: str, shape: str) -> None:
    (mark,) = strip(drawn(event("test", 3, result=result)), "Drug tests").marks

    assert mark.shape == shape


def test_a_check_in_that_tells_of_use_stands_out() -> None:
    told, missed = strip(
        drawn(
            event("check_in", 30, status="completed", craving=8, used=True),
            event("check_in", 6, status="missed"),
        ),
        "Craving",
    ).marks

    assert (told.shape, missed.shape) == ("diamond", "cross")


def test_the_curve_breaks_where_days_are_missing() -> None:
    cravings = [
        event("check_in", ago, status="completed", craving=4) for ago in (300, 276, 100, 76)
    ]

    assert len(strip(drawn(*cravings), "Craving").strokes) == 2


def test_a_higher_craving_stands_higher() -> None:
    low, high = strip(
        drawn(event("check_in", 30, craving=1), event("check_in", 6, craving=9)), "Craving"
    ).marks

    assert high.y < low.y


def test_an_alert_lasts_from_its_beginning_to_its_end_or_to_now() -> None:
    over = PastAlert("Old", "low", NOON - 20 * DAY_US, NOON - 10 * DAY_US)
    goes_on = PastAlert("New", "urgent", NOON - 2 * DAY_US, None)

    found = strip(drawn(past=(goes_on, over)), "Alerts")
    first, second = found.spans

    assert [one.text for one in found.texts] == ["Old", "New"]
    assert first.x + first.width < second.x
    assert second.x + second.width == pytest.approx(99)


def test_alerts_of_one_rule_share_a_row_and_a_long_title_breaks() -> None:
    title = "Silence within four weeks of leaving opioid treatment"
    twice = tuple(
        PastAlert(title, "urgent", NOON - day * DAY_US, NOON - (day - 1) * DAY_US)
        for day in (20, 5)
    )

    found = strip(drawn(past=twice), "Alerts")

    assert [one.text for one in found.texts] == [
        "Silence within four weeks of leaving opioid",
        "treatment",
    ]
    assert len({one.y for one in found.spans}) == 1
    assert found.texts[-1].y < found.spans[0].y


def test_strips_lie_below_each_other_and_fill_the_height() -> None:
    found = drawn(event("test", 3, result="negative"), event("attendance", 2, status="attended"))

    assert [each.top for each in found.strips] == [0, found.strips[0].height]
    assert found.height == sum(each.height for each in found.strips)


def test_without_events_there_is_nothing_to_draw() -> None:
    assert drawn().strips == ()


def test_an_event_is_said_in_words() -> None:
    said = in_words(event("return_to_use", 1, substances=("opioids", "alcohol")))

    assert said == "return to use, substances opioids and alcohol"
