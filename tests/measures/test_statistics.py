"""`average`, `median`, `lowest`, `highest`, `total`: of the field's values in the window."""

import pytest

from tests.measures.tables import check, events_behind

CRAVING = """
    | at               | what     | status    | craving |
    | 2024-03-01 08:00 | check_in | completed | 1       |
    | 2024-03-02 08:00 | check_in | completed | 8       |
    | 2024-03-03 08:00 | check_in | missed    |         |
    | 2024-03-04 08:00 | check_in | completed | 9       |
    | 2024-03-05 08:00 | check_in | completed | 3       |
"""


@pytest.mark.parametrize(
    ("measure", "one", "two", "three", "all_four"),
    [
        ("average", 1.0, 4.5, 6.0, 5.25),
        ("median", 1.0, 4.5, 8.0, 5.5),
        ("lowest", 1.0, 1.0, 1.0, 1.0),
        ("highest", 1.0, 8.0, 9.0, 9.0),
        ("total", 1.0, 9.0, 18.0, 21.0),
    ],
)
def test_each_is_of_the_values_that_there_are(measure, one, two, three, all_four):
    check(
        f"{{{measure}: check_in.craving, within: 7 days, more_than: 5}}",
        CRAVING,
        f"""
        | as of            | value      | holds                              |
        | 2024-03-01 07:59 | none       | no                                 |
        | 2024-03-01 08:00 | {one}      | {"yes" if one > 5 else "no"}       |
        | 2024-03-02 08:00 | {two}      | {"yes" if two > 5 else "no"}       |
        | 2024-03-03 08:00 | {two}      | {"yes" if two > 5 else "no"}       |
        | 2024-03-04 08:00 | {three}    | {"yes" if three > 5 else "no"}     |
        | 2024-03-05 08:00 | {all_four} | {"yes" if all_four > 5 else "no"}  |
        """,
    )


@pytest.mark.parametrize("measure", ["average", "median", "lowest", "highest", "total"])
def test_an_empty_window_has_no_value_and_satisfies_nothing(measure):
    for comparison in ("at_most: 9", "at_least: 1", "is_not: 3"):
        check(
            f"{{{measure}: check_in.craving, within: 1 day, {comparison}}}",
            CRAVING,
            """
            | as of            | value | holds |
            | 2024-03-03 08:00 | none  | no    |
            """,
        )


def test_last_counts_the_matching_events_that_carry_the_field():
    check(
        "{average: check_in.craving, where: {status: completed}, last: 2, at_least: 8.5}",
        CRAVING,
        """
        | as of            | value | holds |
        | 2024-03-01 08:00 | 1.0   | no    |
        | 2024-03-04 08:00 | 8.5   | yes   |
        | 2024-03-05 08:00 | 6.0   | no    |
        """,
    )


def test_a_sum_of_decimals_is_compared_as_people_read_it():
    check(
        "{total: test.bac, within: 7 days, is: 0.3}",
        """
        | at               | what | bac |
        | 2024-03-01 08:00 | test | 0.1 |
        | 2024-03-02 08:00 | test | 0.2 |
        """,
        """
        | as of            | value | holds |
        | 2024-03-02 08:00 | 0.3   | yes   |
        """,
    )


def test_a_sum_beyond_a_million_is_too():
    check(
        "{total: assessment.score, within: 7 days, is: 1000000.3}",
        """
        | at               | what       | score     |
        | 2024-03-01 08:00 | assessment | 1000000.1 |
        | 2024-03-02 08:00 | assessment | 0.2       |
        """,
        """
        | as of            | value     | holds |
        | 2024-03-02 08:00 | 1000000.3 | yes   |
        """,
    )


def test_the_events_behind_it_are_those_with_a_value_in_the_window():
    assert events_behind(
        "{average: check_in.craving, last: 2, at_least: 1}", CRAVING, "2024-03-04 08:00"
    ) == [
        "2024-03-02 08:00",
        "2024-03-04 08:00",
    ]
