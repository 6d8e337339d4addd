"""What alerts are worth beside chance, on clients whose figures can be worked out by hand."""

from __future__ import annotations

from math import exp

import pytest

from engine.model.instant import DAY_US
from engine.studies.alert_value import AlertValue, Verdict
from engine.studies.at_risk import AtRisk
from engine.studies.observed_time import MONTH_US
from engine.studies.outcome import JudgedAlert, OutcomeStatistics, Sort

LEAD, HORIZON = 7 * DAY_US, 30 * DAY_US


def day(number: float) -> int:
    return round(number * DAY_US)


def client(began: float, reached: float | None, known_until: float) -> AtRisk:
    return AtRisk(day(began), None if reached is None else day(reached), day(known_until))


def alert(at: float, lasts: float = 1, severity: str = "medium", told: bool = True) -> JudgedAlert:
    """One that opens on a day; people are told at once, or not at all."""
    return JudgedAlert(severity, day(at), day(at + lasts), day(at) if told else None)  # type: ignore[arg-type]


def gathered(
    *clients: tuple[AtRisk | None, list[JudgedAlert]], known_after: bool = True
) -> OutcomeStatistics:
    statistics = OutcomeStatistics(LEAD, HORIZON, known_after=known_after)
    for at_risk, alerts in clients:
        statistics.add(at_risk, {}, {"r": alerts} if alerts else {})
    return statistics


def value(*clients: tuple[AtRisk | None, list[JudgedAlert]]) -> AlertValue:
    return gathered(*clients).value(Sort("r", "low"))


def test_an_outcome_is_reached_by_an_alert_between_the_horizon_and_the_lead_before_it() -> None:
    for at, is_reached in ((69.9, 0), (70, 1), (93, 1), (93.1, 0), (100, 0)):
        assert value((client(0, 100, 200), [alert(at)])).reach.value == is_reached
    two = value((client(0, 100, 200), [alert(80), alert(85)]), (client(0, 100, 200), []))
    assert two.reach.value == 0.5


def test_alerts_outside_of_the_time_at_risk_do_not_count() -> None:
    """Before it began, at the outcome or after it, and of clients who were never at risk."""
    found = value((client(50, 100, 200), [alert(49), alert(100), alert(120)]), (None, [alert(60)]))
    assert (found.alerts, found.rate.value, found.reach.value) == (0, 0, 0)
    assert gathered((None, [alert(60)])).not_at_risk == 1


def test_the_rate_is_over_months_at_risk_alone() -> None:
    found = value((AtRisk(0, MONTH_US * 2, MONTH_US * 9), [alert(5), alert(40)]))
    assert found.rate.value == 1


def test_an_alert_whose_horizon_is_not_known_to_its_end_is_not_judged() -> None:
    found = value(
        (client(0, None, 100), [alert(10), alert(70), alert(71)]), (client(0, 90, 120), [alert(61)])
    )
    assert found.precision.value == pytest.approx(1 / 3)


def test_the_outcome_follows_within_the_horizon_and_after_random_alerts_as_often_as_time_says() -> (
    None
):
    found = value((client(0, 100, 200), [alert(70), alert(69.9)]))
    assert found.precision.value == 0.5
    assert found.chance_precision == pytest.approx(0.3, abs=0.01)  # 30 of 100 days
    assert found.lift.value == pytest.approx(0.5 / 0.3, abs=0.06)


def test_random_alerts_reach_what_a_poisson_process_of_that_rate_reaches() -> None:
    found = value((AtRisk(0, 4 * MONTH_US, 9 * MONTH_US), [alert(1), alert(2)]))
    assert found.rate.value == 0.5
    assert found.chance_reach == pytest.approx(1 - exp(-0.5 * 23 * DAY_US / MONTH_US))


def test_days_before_are_from_the_first_alert_in_the_horizon_and_not_the_first_ever() -> None:
    found = value((client(0, 100, 200), [alert(10), alert(80), alert(90)]))
    assert found.days_before == 20
    # The rarer alerts are, the nearer their median comes to the middle of the horizon.
    assert found.chance_days_before is not None
    assert 15 < found.chance_days_before < 22


def test_the_time_open_counts_once_however_many_alerts_are_open() -> None:
    found = value((client(0, 100, 200), [alert(-5, 10), alert(3, 4), alert(80, 14), alert(99, 50)]))
    assert found.open.value == pytest.approx((7 + 14 + 1) / 100)
    assert found.open_at_lead.value == 1


def test_an_outcome_without_room_for_the_lead_does_not_count_among_those_open_before() -> None:
    found = value((client(95, 100, 200), [alert(95, 9)]), (client(0, 100, 200), [alert(10)]))
    assert found.open_at_lead.value == 0


def test_an_alert_that_nobody_is_told_of_is_open_but_apart_from_those_told() -> None:
    found = value((client(0, 100, 200), [alert(80, told=False), alert(20)]))
    assert (found.alerts, found.untold, found.reach.value) == (1, 1, 0)
    assert found.open.value == pytest.approx(0.02)


def test_where_nobody_is_ever_told_alerts_count_as_they_begin() -> None:
    found = value((client(0, 100, 200), [alert(80, told=False)]))
    assert (found.is_told, found.alerts, found.reach.value) == (False, 1, 1)


def test_a_rule_is_measured_at_medium_and_above_and_its_high_alerts_apart() -> None:
    at_risk = client(0, 100, 200)
    statistics = gathered(
        (at_risk, [alert(10, severity="low"), alert(20), alert(80, severity="high")])
    )
    assert statistics.sorts("r") == [Sort("r", "medium"), Sort("r", "high")]
    assert statistics.value(Sort("r", "medium")).alerts == 2
    assert statistics.value(Sort("r", "high")).alerts == 1
    assert gathered((at_risk, [alert(20, severity="low")])).sorts("r") == [Sort("r", "low")]
    assert gathered((at_risk, [alert(20, severity="urgent")])).sorts("r") == [Sort("r", "medium")]


def test_better_than_chance_needs_a_lift_of_a_tenth_and_an_interval_above_one() -> None:
    good = value(*[(client(0, 100, 200), [alert(80)])] * 40)
    assert good.verdict is Verdict.BETTER
    mixed = [(client(0, 100, 200), [alert(80)]), *[(client(0, 100, 200), [alert(20)])] * 2]
    assert value(*mixed * 10).verdict is Verdict.BARELY
    assert value((client(0, 100, 200), [])).verdict is Verdict.UNKNOWN


def test_intervals_are_the_same_in_every_run_and_hold_the_figure() -> None:
    clients = [(client(0, 100 + n, 200), [alert(60 + n % 35)]) for n in range(30)]
    one, two = value(*clients), value(*clients)
    assert one == two
    for found in (one.rate, one.reach, one.precision, one.lift, one.open, one.open_at_lead):
        assert found.low is not None
        assert found.high is not None
        assert found.value is not None
        assert found.low <= found.value <= found.high


def test_a_group_has_the_figures_of_its_clients_alone() -> None:
    statistics = OutcomeStatistics(LEAD, HORIZON, known_after=True)
    for number in range(20):
        group = {"arm": "AB"[number % 2], "ref": str(number)}
        at = 80 if number % 2 else 20
        statistics.add(client(0, 100, 200), group, {"r": [alert(at)]})
    found = statistics.by_group(Sort("r", "low"))
    assert list(found) == [("arm", "A"), ("arm", "B")]  # a ref each is no group
    assert [(clients, one.reach.value) for clients, one in found.values()] == [(10, 0), (10, 1)]


def test_an_outcome_that_ends_observation_does_not_cut_short_its_own_alerts() -> None:
    """Half drop out on day 50 and are seen no more; the others are lost on day 60.

    The share of alerts that are followed is known from those followed, and not only from the rest.
    """
    dropped = (client(0, 50, 50), [alert(40)])
    stayed = (client(0, None, 200), [alert(40)])
    statistics = gathered(*[dropped, stayed] * 10, known_after=False)
    assert statistics.value(Sort("r", "low")).precision.value == 0.5


def test_the_weight_of_an_alert_makes_up_for_those_whose_answer_is_not_known() -> None:
    """Of 20 alike, 10 are lost on day 45; of the others half drop out on day 50.

    Each alert of the others stands for two, so the share is the same as without the loss.
    """
    lost = (client(0, None, 45), [alert(40)])
    dropped = (client(0, 50, 50), [alert(40)])
    early = (client(0, 44, 44), [alert(40)])
    stayed = (client(0, None, 200), [alert(40)])
    statistics = gathered(*[lost] * 10, *[dropped, stayed] * 5, known_after=False)
    assert statistics.value(Sort("r", "low")).precision.value == pytest.approx(0.5)
    # An answer that came before anybody was lost weighs 1, and the 10 later ones weigh 2 each.
    statistics = gathered(*[lost] * 10, *[early] * 5, *[dropped, stayed] * 5, known_after=False)
    found = statistics.value(Sort("r", "low")).precision.value
    assert found == pytest.approx((5 + 10) / (5 + 20))
