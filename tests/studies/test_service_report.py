"""What alerts ask of the staff: shares with intervals, and proposals only beyond doubt."""

from __future__ import annotations

import pytest

from engine.model.handled_alert import HandledAlert
from engine.model.instant import HOUR_US
from engine.model.rule import Severity
from engine.studies.service_report import (
    RuleAdvice,
    ServiceUse,
    by_role,
    by_rule,
    by_severity,
    group_load,
    handling_of,
    training_needs,
)
from engine.studies.stratified import Stratum, pooled_difference


def alert(
    false: bool | None = None,
    *,
    wait: int | None = HOUR_US,
    client: int = 1,
    rule: str = "silence",
    severity: Severity = "medium",
    by: int = 1,
) -> HandledAlert:
    """An alert that a case manager closed, or that nobody took."""
    taken = wait is not None
    closed = false is not None
    return HandledAlert(
        client, rule, severity, 0, wait, not closed, false,
        by if closed and taken else None, "case_manager" if closed else None,
    )  # fmt: skip


def test_waits_are_of_taken_alerts_and_false_alarms_of_closed_ones() -> None:
    waits = [HOUR_US, 2 * HOUR_US, 9 * HOUR_US]
    found = handling_of([*(alert(False, wait=one) for one in waits), alert(True), alert(wait=None)])
    assert (found.told, found.taken, found.closed, found.false_alarms) == (5, 4, 4, 1)
    assert found.wait == 1.5 * HOUR_US
    assert found.taken_share.value == 0.8
    assert found.false_share.value == 0.25


def test_nothing_is_said_of_no_alerts() -> None:
    found = handling_of([])
    assert (found.wait, found.taken_share.value, found.proposal) == (None, None, RuleAdvice.NONE)


@pytest.mark.parametrize(
    ("alerts", "proposal"),
    [
        ([alert(True)] * 20 + [alert(False)] * 2, RuleAdvice.RETUNE),
        (
            [alert(True)] * 12 + [alert(False)] * 8,
            RuleAdvice.NONE,
        ),  # the interval reaches below half
        ([alert(True)] * 8, RuleAdvice.NONE),  # too few
        ([alert(wait=None)] * 20 + [alert(False)] * 2, RuleAdvice.RETIRE),
    ],
)
def test_a_rule_is_named_only_if_its_whole_interval_speaks_against_it(
    alerts: list[HandledAlert], proposal: RuleAdvice
) -> None:
    assert by_rule(alerts)["silence"].proposal is proposal


def test_severities_come_by_rank_and_rules_by_number() -> None:
    alerts = [alert(False, severity="low", rule="b"), *[alert(False, severity="urgent")] * 2]
    assert list(by_severity(alerts)) == ["urgent", "low"]
    assert list(by_rule(alerts)) == ["silence", "b"]
    assert by_role(alerts)["case_manager"].closed == 3


def test_a_team_is_named_if_it_alone_calls_a_rule_a_false_alarm() -> None:
    east = [alert(False, by=1)] * 15 + [alert(True, by=1)]
    west = [alert(True, by=2)] * 14 + [alert(False, by=2)]
    (need,) = training_needs([*east, *west], {1: "east", 2: "west"})
    assert (need.rule_id, need.team) == ("silence", "west")
    assert training_needs([*east[:9], *west], {1: "east", 2: "west"}) == []


def test_the_load_of_a_group_is_that_of_its_own_clients() -> None:
    alerts = [alert(False, client=1), alert(True, client=1), alert(False, client=9)]
    found = group_load("iop", {1: 1.0, 2: 3.0}, alerts)
    assert (found.clients, found.months, found.rate.value) == (2, 4.0, 0.5)
    assert found.handling.false_alarms == 1


def test_a_service_that_only_those_who_do_well_use_shows_no_difference_within_strata() -> None:
    well, badly = Stratum(72, 80, 18, 20), Stratum(6, 20, 24, 80)
    crude = ServiceUse("groups", (well, badly), 0).crude
    assert crude == (78, 100, 42, 100)
    found = pooled_difference([well, badly])
    assert found.value == pytest.approx(0)
    assert found.low is not None
    assert found.low < 0


def test_a_pooled_difference_is_that_of_greenland_and_robins() -> None:
    # One stratum: the plain difference with its plain interval.
    found = pooled_difference([Stratum(30, 40, 20, 50)])
    spread = (0.75 * 0.25 / 40 + 0.4 * 0.6 / 50) ** 0.5
    assert found == pytest.approx((0.35, 0.35 - 1.96 * spread, 0.35 + 1.96 * spread), abs=1e-4)
    assert pooled_difference([Stratum(5, 5, 0, 0)]).value is None


def test_a_service_that_few_used_is_hidden() -> None:
    assert ServiceUse("alumni", (Stratum(3, 20, 30, 60),), 0).is_hidden
    assert not ServiceUse("alumni", (Stratum(13, 30, 30, 60),), 0).is_hidden
