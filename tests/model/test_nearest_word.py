"""A wrong word brings the nearest right one, or the list of right ones.

No guess is better than a bad one.
"""

from __future__ import annotations

import pytest

from engine.model.nearest_word import did_you_mean, nearest_word

KNOWN = ["completed", "missed", "excused"]


@pytest.mark.parametrize(
    ("word", "ending"),
    [
        ("mised", "; did you mean 'missed'?"),
        ("MISSED", "; did you mean 'missed'?"),
        ("com", "; did you mean 'completed'?"),
        ("co", "; known are completed, excused, missed"),
        ("banana", "; known are completed, excused, missed"),
    ],
)
def test_a_wrong_word_is_completed_by_what_may_be_meant(word: str, ending: str) -> None:
    assert did_you_mean(word, KNOWN) == ending


def test_case_does_not_matter_and_the_known_word_is_given_as_it_stands() -> None:
    assert nearest_word("craving score", ["Craving Score", "mood"]) == "Craving Score"


def test_a_word_must_be_as_alike_as_asked() -> None:
    assert nearest_word("two-missed", ["two-missed-check-ins"], alike=0.9) is None
    assert nearest_word("two-missed-check-in", ["two-missed-check-ins"], alike=0.9) is not None


def test_of_no_words_or_very_many_none_is_listed() -> None:
    assert did_you_mean("banana", []) == ""
    assert did_you_mean("banana", [f"q{number}" for number in range(25)]) == ""
