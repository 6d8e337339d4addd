"""How often a phone may buzz, and what one text tells of many alerts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.messaging.digest import of_client, of_many
from engine.messaging.lint import lint
from engine.messaging.listing import Named
from engine.messaging.pacing import LIMITS, apart_from, next_text_at, room, together
from engine.model.message import MessageKind, Waiting
from tests.kit.times import MINUTE, SECOND

REASONS = [(998, "missed check-ins"), (999, "no contact for a week")]


@pytest.mark.parametrize(
    ("sent", "free"), [([], 0), ([-60], 0), ([-59], 1), ([-10, -30], 50), ([-3600], 0)]
)
def test_the_same_words_go_again_a_minute_later(sent: list[int], free: int) -> None:
    assert apart_from([at * SECOND for at in sent], 0) == free * SECOND


@given(st.lists(st.integers(0, 3 * 60), max_size=60).map(sorted))
def test_whenever_texts_are_wanted_every_limit_is_kept_and_none_waits_needlessly(
    wanted: list[int],
) -> None:
    sent: list[int] = []
    for minute in wanted:
        now = max([minute * MINUTE, *sent])
        at = next_text_at(sent, now)
        assert at == now or any(
            sum(at - 1 - window < each for each in sent) >= most for window, most in LIMITS
        )
        sent.append(at)
    for window, most in LIMITS:
        for end in sent:
            assert sum(end - window < each <= end for each in sent) <= most


def test_room_is_what_the_longer_limits_leave() -> None:
    assert room([], 0) == 5
    assert room([0, MINUTE], 2 * MINUTE) == 3
    assert room([MINUTE * each for each in range(5)], 5 * MINUTE) == 0
    assert room([MINUTE * each for each in (0, 1, 2, 3, 4, 15, 16, 17, 18, 19)], 40 * MINUTE) == 1


def waiting(number: int, due_at: int = 0, *, newly: bool = False) -> Waiting:
    return Waiting(number, due_at, MessageKind.NEWLY if newly else None)


def test_what_there_is_room_for_goes_one_by_one_and_more_goes_together() -> None:
    five = [waiting(number) for number in range(5)]
    assert together(0, five, 5, 0) == []
    assert together(0, five, 4, 0) == five
    assert together(0, [*five, waiting(9, due_at=1)], 4, 0) == five


def test_what_new_rules_found_goes_together_whether_due_or_not_and_takes_nothing_else_along() -> (
    None
):
    both = [waiting(1, newly=True), waiting(3, due_at=9, newly=True)]
    assert together(1, [*both, waiting(2)], 5, 0) == both
    assert together(2, [*both, waiting(2)], 5, 0) == []
    assert together(1, both[:1], 5, 0) == []


def test_what_a_storm_brought_does_not_mix_with_what_new_rules_found() -> None:
    storm = [Waiting(number, 0, MessageKind.STORM) for number in (4, 5)]
    assert together(4, [*storm, waiting(1, newly=True), waiting(2)], 5, 0) == storm


def test_an_urgent_message_takes_nothing_along() -> None:
    assert together(99, [waiting(number) for number in range(9)], 0, 0) == []


@pytest.mark.parametrize(
    "text",
    [
        of_many([Named(1)], 1, 1, newly=True),
        of_many([Named(99999, "C" * 64)], 99999, 99999, newly=True),
        of_many([Named(99999, "HEROIN")] * 12, 99999, 99999, newly=False),
        of_client("C-1042", REASONS, "reason"),
        of_client("C-1042", REASONS, "reference"),
        of_client("C-1042", REASONS, "none"),
        of_client(
            "C" * 64, [(number, "missed check-ins " * 3) for number in range(900, 999)], "reason"
        ),
        of_client("HEROIN", [(1, "positive test"), (2, "relapse")], "reason"),
    ],
)
def test_every_text_passes_the_lint(text: str) -> None:
    assert lint(text) == []


def test_a_text_about_one_client_says_which_number_is_which() -> None:
    assert of_client("C-1042", REASONS, "reason").startswith(
        "Handrail: C-1042 needs you: 998 (missed check-ins), 999 (no contact for a week). Reply "
        "a number and A"
    )
