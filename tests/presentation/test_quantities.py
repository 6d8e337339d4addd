"""Figures in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.model.plurals import counted
from engine.presentation.quantities import (
    NONE,
    count,
    listed,
    percent,
    rate,
    rate_and_interval,
    rates_between,
    share_and_interval,
    shares_between,
    sparkline,
)
from engine.studies.resampling import Estimate


def test_counts_stand_with_their_noun_in_its_number() -> None:
    assert [count(1234), counted(1, "client"), counted(0, "client")] == [
        "1,234",
        "1 client",
        "0 clients",
    ]


def test_no_number_is_a_dash() -> None:
    assert [rate(None, 1), rate(0.25, 1), percent(0, 0)] == ["–", "0.2", "–"]


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 9, "0 %"), (1, 1000, "1 %"), (999, 1000, "99 %"), (9, 9, "100 %")],
)
def test_what_is_neither_none_nor_all_never_reads_so(part: int, whole: int, said: str) -> None:
    assert percent(part, whole) == said


def test_a_list_says_how_many_more_there_are() -> None:
    assert [listed([], 2), listed(["a", "b"], 2), listed(list("abcd"), 2)] == [
        "none",
        "a, b",
        "a, b and 2 more",
    ]


def test_a_bar_is_full_for_the_greatest_and_seen_for_the_least() -> None:
    assert [sparkline([0, 1, 800]), sparkline([0, 0]), sparkline([])] == ["·▁█", "··", ""]


def test_a_figure_stands_before_its_interval() -> None:
    assert share_and_interval(Estimate(0.81, 0.78, 0.84)) == "81 % [78–84]"
    assert rate_and_interval(Estimate(1.484, 1.406, 1.565)) == "1.48 [1.41–1.56]"


@pytest.mark.parametrize(
    "write", [share_and_interval, rate_and_interval, shares_between, rates_between]
)
def test_a_figure_that_cannot_be_known_is_a_dash(write: Callable[[Estimate], str]) -> None:
    assert write(Estimate(None)) == NONE
