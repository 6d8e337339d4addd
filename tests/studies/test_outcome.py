"""How well rules predict an outcome; a reader can check the small tables by hand.

The horizon is ten days.
"""

from __future__ import annotations

import pytest

from engine.model.instant import DAY_US
from engine.studies.observed_time import MONTH_US, FollowUp
from engine.studies.outcome import Leads, OutcomeStatistics, RuleOutcome


def days(*numbers: float) -> list[int]:
    return [round(number * DAY_US) for number in numbers]


def observed(*stretches: tuple[float, float]) -> FollowUp:
    return FollowUp(tuple((round(a * DAY_US), round(b * DAY_US)) for a, b in stretches))


ALWAYS = observed((0, 100))


def outcome_of(
    *clients: tuple[list[int], float | None], follow_up: FollowUp = ALWAYS, since: float = 0
) -> OutcomeStatistics:
    """Each client's alerts of the rule `r`, and the day on which they first reached the outcome."""
    outcome = OutcomeStatistics(10 * DAY_US)
    for alerts, reached in clients:
        began = {"r": alerts} if alerts else {}
        outcome.add(
            began,
            None if reached is None else round(reached * DAY_US),
            round(since * DAY_US),
            follow_up,
        )
    return outcome


def rule(outcome: OutcomeStatistics) -> RuleOutcome:
    return outcome.rules["r"]


def test_who_had_an_alert_before_the_outcome_was_flagged_each_client_once() -> None:
    outcome = outcome_of(
        (days(20, 28), 30), (days(25), 30), (days(40), 30), ([], 30), (days(50), None)
    )
    assert (outcome.clients, outcome.reached, rule(outcome).flagged) == (5, 4, 2)


def test_an_alert_at_the_very_instant_of_the_outcome_was_not_before_it() -> None:
    found = rule(outcome_of((days(30), 30)))
    assert (found.flagged, found.not_before, found.not_followed) == (0, 1, 0)


def test_days_before_are_from_the_first_alert_and_their_median_is_over_clients() -> None:
    outcome = outcome_of((days(20, 28), 30), (days(25), 30), (days(10), 30))
    assert rule(outcome).leads == Leads(least=5, lower=7.5, median=10, upper=15, most=20)
    assert rule(outcome_of((days(20), 30), (days(25), 30))).leads == Leads(5, 6.25, 7.5, 8.75, 10)


def test_where_nobody_was_flagged_there_are_no_days_before() -> None:
    assert rule(outcome_of((days(40), 30))).leads is None


def test_flagged_within_the_horizon_is_by_the_last_alert_before() -> None:
    found = rule(outcome_of((days(1, 20), 30), (days(1, 19), 30), (days(19), 30)))
    assert (found.flagged, found.flagged_within) == (3, 1)


def test_an_alert_is_followed_where_the_outcome_comes_by_the_end_of_the_horizon() -> None:
    found = rule(outcome_of((days(20), 30), (days(19), 30), (days(50), None)))
    assert (found.followed, found.not_followed) == (1, 2)
    assert found.share_not_followed == pytest.approx(2 / 3)


def test_an_alert_whose_horizon_was_not_wholly_observed_is_left_out_even_where_the_outcome_came() -> (
    None
):
    found = rule(outcome_of((days(91), None), (days(91), 95), (days(90), None)))
    assert (found.followed, found.not_followed, found.cut_short) == (0, 1, 2)
    assert found.flagged == 1


def test_a_leave_within_the_horizon_cuts_it_short() -> None:
    found = rule(outcome_of((days(10, 25), None), follow_up=observed((0, 15), (20, 100))))
    assert (found.not_followed, found.cut_short) == (1, 1)


def test_alerts_after_the_outcome_are_neither_right_nor_wrong() -> None:
    found = rule(outcome_of((days(20, 40, 50), 30)))
    assert (found.followed, found.not_followed, found.not_before, found.alerts) == (1, 0, 2, 3)


def test_without_an_alert_that_can_be_judged_there_is_no_share() -> None:
    assert rule(outcome_of((days(95), None))).share_not_followed is None


def test_who_reached_the_outcome_before_the_period_can_no_longer_reach_it() -> None:
    outcome = outcome_of((days(20), 5), ([], 30), since=10)
    assert (outcome.clients, outcome.reached, outcome.reached_before) == (1, 1, 1)
    assert (rule(outcome).flagged, rule(outcome).not_before) == (0, 1)


def test_who_was_never_observed_is_not_counted_among_the_clients() -> None:
    assert outcome_of(([], None), follow_up=FollowUp()).clients == 0


def test_client_months_are_the_time_for_which_clients_were_observed() -> None:
    half = FollowUp(((0, MONTH_US // 4), (MONTH_US, MONTH_US + MONTH_US // 4)))
    assert outcome_of(
        ([], None), ([], None), ([], 3), follow_up=half
    ).client_months == pytest.approx(1.5)
    assert MONTH_US == 365.25 / 12 * DAY_US
