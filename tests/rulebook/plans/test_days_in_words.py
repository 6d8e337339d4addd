"""Days as people write them at first are answered with what to write instead."""

from __future__ import annotations

import pytest

from engine.rulebook.plans.days_in_words import wrong_days

EVERY_SECOND_TUESDAY = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU and starts: with the first day"


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("monday, wednesday, friday", "write [monday, wednesday, friday]"),
        ("mon and wed", "write [monday, wednesday]"),
        ("mondays", "did you mean 'monday'?"),
        ("every day", "did you mean 'day'?"),
        ("weekdays", "write [monday, tuesday, wednesday, thursday, friday]"),
        ("weekends", "write [saturday, sunday]"),
        ("every other day", "write FREQ=DAILY;INTERVAL=2 and starts: with the first day"),
        ("3 weeks", "write FREQ=WEEKLY;INTERVAL=3 and starts: with the first day"),
        ("fortnightly on tuesday", f"for every 2 weeks write {EVERY_SECOND_TUESDAY}"),
        ("every other tues", f"for every 2 weeks write {EVERY_SECOND_TUESDAY}"),
        ("first monday", "for the first monday of a month write FREQ=MONTHLY;BYDAY=1MO"),
        ("last friday", "for the last friday of a month write FREQ=MONTHLY;BYDAY=-1FR"),
        (
            "second tuesday",
            f"for every 2 weeks write {EVERY_SECOND_TUESDAY}; for the second tuesday of a month "
            "write FREQ=MONTHLY;BYDAY=2TU",
        ),
        (
            "10000 times a day",
            "a schedule is due once a day at most, so write one schedule for each time of the day",
        ),
    ],
)
def test_the_days_that_are_meant_are_written_out(written: str, advice: str) -> None:
    assert wrong_days(written) == f"'{written}' is neither a day nor a rule; {advice}"


@pytest.mark.parametrize("written", ["tuesday twice a month", "often", "banana"])
def test_days_that_may_mean_anything_bring_no_guess(written: str) -> None:
    assert "known are day, friday" in wrong_days(written)
