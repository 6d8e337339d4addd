"""Mentors fit clients by hard rules and weighed wishes, with the reasons for each pair."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.matching_settings import SupportGroup
from engine.studies.group_fit import group_fit
from engine.studies.mentor_fit import MatchProfile, Obstacle, fit_of, fit_table
from tests.kit.plain_matching import MATCHING, people

TODAY = date(2026, 11, 28)
CLIENT = {"wants": "yes", "language": "Spanish", "gender": "woman", "interests": "chess; music"}
MENTOR = {
    "takes": "yes", "languages": "english;  SPANISH", "client_gender": "woman",
    "since": "2020-05-01", "interests": "music",
}  # fmt: skip


def fit(client: dict[str, str] | None = None, load: int = 0, **mentor: str):
    return fit_of(
        MATCHING,
        MatchProfile("C-1", CLIENT | (client or {})),
        MatchProfile("M-1", MENTOR | mentor, load),
        TODAY,
    )


def test_a_pair_is_allowed_with_what_speaks_for_it() -> None:
    found = fit()
    assert found.allowed
    assert found.met == (
        "interests: music (1 of 2)",
        "language: spanish",
        "gender: woman",
        "recovery: since 2020-05-01",
    )
    assert found.points == 50


def test_without_the_yes_of_both_nobody_is_matched() -> None:
    assert fit({"wants": ""}).obstacles == (Obstacle.CLIENT_NOT_AGREED,)
    assert fit({"wants": "later"}).obstacles == (Obstacle.CLIENT_NOT_AGREED,)
    assert fit(takes="no").obstacles == (Obstacle.MENTOR_NOT_AGREED,)


def test_either_side_can_rule_the_other_out() -> None:
    assert fit({"not_with": "M-9; m-1"}).obstacles == (Obstacle.FORMER_RELATION,)
    assert fit(not_with="c-1").obstacles == (Obstacle.FORMER_RELATION,)
    assert fit(not_with="C-11").allowed


def test_a_mentor_takes_no_more_clients_than_they_said() -> None:
    assert fit(load=1, most_clients="2").allowed
    assert fit(load=2, most_clients="2").obstacles == (Obstacle.FULL,)
    assert fit(load=2).obstacles == (Obstacle.FULL,)  # `otherwise` is 2
    assert fit(most_clients="two").obstacles == (Obstacle.FULL,)


def test_a_hard_rule_is_named_where_it_is_broken() -> None:
    assert fit({"language": "polish"}).broken == ("language",)
    assert fit({"gender": ""}).broken == ("gender",)
    assert fit(since="2026-01-01").broken == ("recovery",)
    assert fit(since="").broken == ("recovery",)


def test_people_who_wish_for_nothing_hold_nothing_against_anybody() -> None:
    assert fit({"language": "", "interests": ""}, client_gender="").points == 100
    assert fit({"interests": "fishing"}).unmet == ("interests",)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 10**6))
def test_all_pairs_at_once_are_judged_as_one_by_one(clients: int, mentors: int, seed: int) -> None:
    rows, columns = people(clients, mentors, seed)
    table = fit_table(MATCHING, rows, columns, TODAY)
    for row, client in enumerate(rows):
        for column, mentor in enumerate(columns):
            found = fit_of(MATCHING, client, mentor, TODAY)
            assert found.allowed == table.allowed[row, column]
            assert found.points == table.points[row, column]


def test_a_group_is_open_to_those_for_whom_it_is_while_it_has_places() -> None:
    women = SupportGroup.model_validate(
        {"id": "women", "title": "Women", "places": "2", "for": {"gender": ["Woman"]}}
    )
    one = MatchProfile("C-1", {"gender": "woman"})
    assert group_fit(women, one, "groups", 1).against == ()
    assert group_fit(women, one, "groups", 2).against == ("no place is left",)
    man = MatchProfile("C-2", {"gender": "man"})
    assert group_fit(women, man, "groups", 0).against == ("gender is none of Woman",)
    inside = MatchProfile("C-3", {"gender": "woman", "groups": "women; veterans"})
    assert group_fit(women, inside, "groups", 1).against == ("the client is in it",)
