"""From when a client could reach an outcome, and until when."""

from __future__ import annotations

from engine.model.instant import DAY_US
from engine.studies.at_risk import AtRisk, at_risk
from engine.studies.observed_time import FollowUp


def days(*numbers: int) -> list[int]:
    return [number * DAY_US for number in numbers]


def observed(*stretches: tuple[int, int]) -> FollowUp:
    return FollowUp(tuple((a * DAY_US, b * DAY_US) for a, b in stretches))


def found(
    follow_up: FollowUp, since: int, *outcomes: int, onset: int = 0
) -> tuple[int, int | None, int] | None:
    """In days."""
    one = at_risk(follow_up, since * DAY_US, days(*outcomes), onset * DAY_US)
    if one is None:
        return None
    reached = None if one.reached is None else one.reached // DAY_US
    return one.began // DAY_US, reached, one.known_until // DAY_US


def test_without_the_outcome_a_client_is_at_risk_until_they_are_last_observed() -> None:
    assert found(observed((10, 100)), 0) == (10, None, 100)
    assert found(observed((10, 100)), 40) == (40, None, 100)
    assert AtRisk(0, None, 9).ended == 9
    assert AtRisk(0, 5, 9).ended == 5


def test_the_first_outcome_counts_also_where_silence_is_the_outcome() -> None:
    assert found(observed((10, 100)), 0, 60, 80) == (10, 60, 100)
    assert found(observed((10, 100)), 0, 128) == (10, 128, 128)


def test_a_pause_of_care_ends_the_time_at_risk() -> None:
    assert found(observed((10, 50), (70, 100)), 0, 80) == (10, None, 50)
    assert found(observed((10, 50), (70, 100)), 0, 60) == (10, 60, 60)
    assert found(observed((10, 50), (70, 100)), 55, 80) == (70, 80, 100)


def test_who_had_the_outcome_before_or_was_never_observed_is_not_at_risk() -> None:
    assert found(observed((10, 100)), 40, 30, 60) is None
    assert found(observed((10, 100)), 100) is None
    assert found(observed(), 0) is None


def test_the_onset_comes_before_the_outcome_and_has_to_come_after_the_risk_began() -> None:
    assert found(observed((10, 100)), 0, 60, onset=21) == (10, 39, 100)
    assert found(observed((10, 100)), 50, 60, onset=21) is None
    assert found(observed((10, 100)), 0, 20, onset=21) is None
