"""How a source fares, and how config.yaml speaks of outages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from engine.model.outages import Feed, Outage, OutageSettings, after_reading, worth_noting

HOUR = 3600


def reading(
    before: Feed | None,
    now: int,
    *brought: str,
    went_well: bool = True,
    silent_after: int | None = None,
) -> Feed:
    return after_reading(
        before,
        now,
        went_well=went_well,
        brought=brought,
        unread_after=HOUR,
        silent_after=silent_after,
    )


def test_a_source_that_cannot_be_read_is_out_after_an_hour_and_back_at_once() -> None:
    feed = reading(Feed(100, 100, 100), 100, "check_in")
    feed = reading(feed, 100 + HOUR - 1, went_well=False)
    assert feed.out_since is None
    feed = reading(feed, 100 + HOUR, went_well=False)
    assert (feed.out_since, feed.why, feed.kinds) == (
        100,
        "cannot be read",
        frozenset({"check_in"}),
    )
    assert reading(feed, 200 + HOUR).out_since is None


def test_one_that_never_could_be_read_is_out_an_hour_after_the_first_try() -> None:
    feed = reading(Feed(0, 0, 0), 0, went_well=False)
    assert feed.out_since is None
    assert reading(feed, HOUR, went_well=False).out_since == 0


def test_one_that_brings_nothing_is_out_only_where_it_says_how_long_that_may_be() -> None:
    feed = reading(Feed(0, 0, 0), 0, "test")
    assert reading(feed, 99 * HOUR).out_since is None
    assert reading(feed, 26 * HOUR - 1, silent_after=26 * HOUR).out_since is None
    out = reading(feed, 26 * HOUR, silent_after=26 * HOUR)
    assert (out.out_since, out.why) == (0, "brings nothing new")
    assert reading(out, 27 * HOUR, "check_in", silent_after=26 * HOUR) == Feed(
        27 * HOUR, 27 * HOUR, 27 * HOUR, frozenset({"test", "check_in"})
    )


def test_that_less_than_a_minute_went_by_is_not_worth_noting() -> None:
    minute = 60_000_000
    feed = reading(Feed(0, 0, 0), 0, "test")
    assert not worth_noting(feed, reading(feed, minute - 1, "test"))
    assert worth_noting(feed, reading(feed, minute))
    assert worth_noting(feed, reading(feed, 1, "check_in"))
    idle = reading(feed, 2 * minute)
    assert not worth_noting(idle, reading(idle, 2 * minute + 1))
    assert worth_noting(idle, reading(idle, 2 * minute + 1, "test"))
    assert worth_noting(replace(feed, half_read_since=0), reading(feed, 1))


@pytest.mark.parametrize(
    ("clients", "active", "too_many"),
    [(2, 4, False), (4, 4, False), (5, 25, False), (5, 24, True), (6, 25, True)],
)
def test_too_many_are_more_than_the_share_and_at_least_so_many(
    clients: int, active: int, *, too_many: bool
) -> None:
    assert OutageSettings().too_many(clients, active) is too_many


def test_an_outage_hides_what_looks_at_kinds_that_are_missing() -> None:
    assert not Outage(0, frozenset()).hides({"test"})
    assert Outage(0, frozenset({"test"})).hides({"test", "check_in"})
    assert not Outage(0, frozenset({"test"})).hides({"check_in"})


@pytest.mark.parametrize("written", ["20", "0%", "101%", "-5%", "many", "nan%"])
def test_a_share_is_a_percentage(written: str) -> None:
    assert OutageSettings.model_validate({"share": " 12.5 % "}).share == 0.125
    with pytest.raises(ValidationError):
        OutageSettings.model_validate({"share": written})
