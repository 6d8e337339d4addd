"""`share: KIND`: which percentage of the events match."""

from tests.measures.tables import check, events_behind

SESSIONS = """
    | at               | what       | status    |
    | 2024-03-01 08:00 | attendance | attended  |
    | 2024-03-02 08:00 | attendance | excused   |
    | 2024-03-03 08:00 | attendance | no_show   |
    | 2024-03-04 08:00 | attendance | attended  |
"""


def test_it_is_a_percentage_of_all_events_of_the_kind_in_the_window():
    check(
        "{share: attendance, where: {status: attended}, within: 7 days, at_most: 50%}",
        SESSIONS,
        """
        | as of            | value           | holds |
        | 2024-02-28 08:00 | none            | no    |
        | 2024-03-01 08:00 | 100.0           | no    |
        | 2024-03-02 08:00 | 50.0            | yes   |
        | 2024-03-03 08:00 | 33.333333333333 | yes   |
        | 2024-03-04 08:00 | 50.0            | yes   |
        | 2024-03-08 08:00 | 33.333333333333 | yes   |
        | 2024-03-12 08:00 | none            | no    |
        """,
    )


def test_of_says_among_which_events():
    condition = (
        "{share: attendance, where: {status: attended}, of: {status: [attended, no_show]}, last: "
        "2, less_than: 60%}"
    )
    check(
        condition,
        SESSIONS,
        """
        | as of            | value | holds |
        | 2024-03-02 08:00 | 100.0 | no    |
        | 2024-03-03 08:00 | 50.0  | yes   |
        | 2024-03-04 08:00 | 50.0  | yes   |
        """,
    )
    assert events_behind(condition, SESSIONS, "2024-03-04 08:00") == [
        "2024-03-03 08:00",
        "2024-03-04 08:00",
    ]


def test_of_at_least_leaves_it_unknown_while_there_are_too_few():
    check(
        "{share: attendance, where: {status: attended}, within: 7 days, of_at_least: 3, "
        "less_than: 60%}",
        SESSIONS,
        """
        | as of            | value           | holds |
        | 2024-03-02 08:00 | none            | no    |
        | 2024-03-03 08:00 | 33.333333333333 | yes   |
        | 2024-03-08 08:00 | 33.333333333333 | yes   |
        | 2024-03-09 08:00 | none            | no    |
        """,
    )


def test_starting_leaves_earlier_events_out():
    check(
        "{share: test, where: {result: positive}, last: 4, starting: 1 day after enrolment, "
        "at_least: 100%}",
        """
        | at               | what     | result   |
        | 2024-03-01 00:00 | enrolled |          |
        | 2024-03-01 08:00 | test     | negative |
        | 2024-03-02 08:00 | test     | positive |
        """,
        """
        | as of            | value | holds |
        | 2024-03-01 08:00 | none  | no    |
        | 2024-03-02 08:00 | 100.0 | yes   |
        """,
    )
