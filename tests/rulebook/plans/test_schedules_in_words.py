"""A schedule reads as plain English."""

from __future__ import annotations

import pytest

from engine.rulebook.plans.schedules_in_words import explain_schedule, when_in_words
from tests.rulebook.plans.test_plan_parser import SCORING, plans, written


def schedule(**changed: str | None):
    return plans(written(**changed)).schedules["groups"]


def test_a_schedule_is_explained_whole() -> None:
    lines = explain_schedule(
        schedule(**{"for": "{program: [iop, php]}", "grace": "2 hours", "why": "Contact."})
    )
    assert lines == [
        "Groups (groups)",
        "It is live. It is for clients whose program is iop or php.",
        "",
        "A session with activity group is due every Monday, Wednesday and Friday by 18:00, "
        "by the client's own clock.",
        "It counts from midnight of that day until 2 hours after.",
        "If there is none by then, a no-show session with activity group is recorded at the end of "
        "that time, and rules see it like any other.",
        "On leave nothing is missed. While a source that would tell of it is not read, it waits.",
        "",
        "Why: Contact.",
    ]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"every": "day"}, "every day by 18:00"),
        ({"every": "tuesday"}, "every Tuesday by 18:00"),
        (
            {"every": None, "once": "7 days after discharge"},
            "once, 7 days after discharge, by 18:00",
        ),
        ({"every": None, "once": "0 days after enrolment"}, "once, on the day of enrolment, by "
            "18:00"),
        (
            {
                "every": None,
                "random": "{minimum_gap: 2 days, maximum_gap: 14 days, rate: 6 in 30 days}",
            },
            "on days that chance draws, 2 to 14 days apart and 5.0 on average, by 18:00",
        ),
        (
            {"every": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "starts": "2026-01-06"},
            "every 2 weeks on Tuesday, counted from 2026-01-06, by 18:00",
        ),
        (
            {"every": "FREQ=MONTHLY;BYDAY=1TU"},
            "on the days of the rule FREQ=MONTHLY;BYDAY=1TU, counted from 2020-01-06, by 18:00",
        ),
    ],
)  # fmt: skip
def test_its_days_are_said(changed: dict[str, str | None], says: str) -> None:
    assert when_in_words(schedule(**changed)) == says


def test_the_texts_to_clients_are_said_with_their_words() -> None:
    lines = explain_schedule(plans(SCORING).schedules["weekly"])
    assert lines[lines.index(next(one for one in lines if one.startswith("At 18:00"))) :][:4] == [
        "At 18:00, clients who agreed to texts and have not done it yet are asked: Handrail: two "
        "numbers, please, such as 1 0.",
        "If they have not answered 1 hour later, they are asked once more.",
        "A client who is not asked misses nothing.",
        "2 hours before, clients who agreed to texts get: Handrail: we expect you today.",
    ]
