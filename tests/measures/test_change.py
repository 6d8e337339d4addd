"""`change: KIND.field`: the newest value against the client's own usual before it."""

from tests.measures.tables import check, events_behind

CRAVING = """
    | at               | what     | craving |
    | 2024-03-01 08:00 | check_in | 1       |
    | 2024-03-02 08:00 | check_in | 2       |
    | 2024-03-03 08:00 | check_in | 6       |
    | 2024-03-04 08:00 | check_in | 5       |
    | 2024-03-30 08:00 | check_in | 9       |
"""


def test_it_is_the_newest_value_less_the_median_of_those_in_the_baseline_before_it():
    check(
        "{change: check_in.craving, at_least: 3}",
        CRAVING,
        """
        | as of            | value | holds |
        | 2024-03-01 08:00 | none  | no    |
        | 2024-03-02 08:00 | 1.0   | no    |
        | 2024-03-03 08:00 | 4.5   | yes   |
        | 2024-03-04 08:00 | 3.0   | yes   |
        | 2024-03-29 08:00 | 3.0   | yes   |
        | 2024-03-30 08:00 | none  | no    |
        """,
    )


def test_a_value_as_old_as_the_baseline_is_outside_it():
    check(
        "{change: check_in.craving, baseline: 2 days, at_least: 3}",
        CRAVING,
        """
        | as of            | value | holds |
        | 2024-03-03 08:00 | 4.0   | yes   |
        | 2024-03-04 08:00 | -1.0  | no    |
        """,
    )


def test_not_older_than_lets_go_of_a_change_that_has_aged_and_leaves_the_baseline_alone():
    check(
        "{change: check_in.craving, not_older_than: 12 hours, at_least: 3}",
        CRAVING,
        """
        | as of            | value | holds |
        | 2024-03-03 08:00 | 4.5   | yes   |
        | 2024-03-03 19:59 | 4.5   | yes   |
        | 2024-03-03 20:00 | none  | no    |
        """,
    )


def test_values_of_the_same_instant_are_no_baseline_for_one_another():
    check(
        "{change: check_in.craving, at_least: 1}",
        """
        | at               | what     | craving |
        | 2024-03-01 08:00 | check_in | 1       |
        | 2024-03-01 08:00 | check_in | 9       |
        | 2024-03-02 08:00 | check_in | 6       |
        """,
        """
        | as of            | value | holds |
        | 2024-03-01 08:00 | none  | no    |
        | 2024-03-02 08:00 | 1.0   | yes   |
        """,
    )


def test_starting_keeps_what_happened_before_out_of_the_baseline_too():
    check(
        "{change: check_in.craving, starting: 1 day after enrolment, at_least: 2}",
        """
        | at               | what     | craving |
        | 2024-03-01 00:00 | enrolled |         |
        | 2024-03-01 08:00 | check_in | 0       |
        | 2024-03-02 08:00 | check_in | 4       |
        | 2024-03-03 08:00 | check_in | 7       |
        """,
        """
        | as of            | value | holds |
        | 2024-03-02 08:00 | none  | no    |
        | 2024-03-03 08:00 | 3.0   | yes   |
        """,
    )


def test_the_events_behind_it_are_the_baseline_and_the_newest():
    assert events_behind(
        "{change: check_in.craving, baseline: 2 days, at_least: 3}", CRAVING, "2024-03-04 08:00"
    ) == [
        "2024-03-03 08:00",
        "2024-03-04 08:00",
    ]
