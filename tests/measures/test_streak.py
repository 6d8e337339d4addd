"""`streak: KIND`: how many newest events in a row match."""

from tests.measures.tables import check, events_behind

SESSIONS = """
    | at               | what       | status    |
    | 2024-03-01 08:00 | attendance | no_show   |
    | 2024-03-02 08:00 | attendance | attended  |
    | 2024-03-03 08:00 | attendance | no_show   |
    | 2024-03-04 08:00 | attendance | cancelled |
    | 2024-03-05 08:00 | attendance | no_show   |
    | 2024-03-06 08:00 | attendance | late      |
"""


def test_an_event_that_does_not_match_ends_the_row():
    check(
        "{streak: attendance, where: {status: no_show}, at_least: 1}",
        SESSIONS,
        """
        | as of            | value | holds |
        | 2024-02-28 08:00 | 0     | no    |
        | 2024-03-01 08:00 | 1     | yes   |
        | 2024-03-02 08:00 | 0     | no    |
        | 2024-03-03 08:00 | 1     | yes   |
        | 2024-03-04 08:00 | 0     | no    |
        | 2024-03-05 08:00 | 1     | yes   |
        """,
    )


def test_events_that_are_not_among_those_looked_at_neither_count_nor_end_it():
    condition = (
        "{streak: attendance, where: {status: no_show}, among: {status: [attended, late, "
        "no_show]}, at_least: 2}"
    )
    check(
        condition,
        SESSIONS,
        """
        | as of            | value | holds |
        | 2024-03-03 08:00 | 1     | no    |
        | 2024-03-04 08:00 | 1     | no    |
        | 2024-03-05 08:00 | 2     | yes   |
        | 2024-03-06 08:00 | 0     | no    |
        """,
    )
    assert events_behind(condition, SESSIONS, "2024-03-05 08:00") == [
        "2024-03-03 08:00",
        "2024-03-05 08:00",
    ]


def test_starting_cuts_the_row_off():
    check(
        "{streak: test, where: {result: positive}, starting: 2 days after enrolment, at_least: 2}",
        """
        | at               | what     | result   |
        | 2024-03-01 00:00 | enrolled |          |
        | 2024-03-02 08:00 | test     | positive |
        | 2024-03-03 08:00 | test     | positive |
        | 2024-03-04 08:00 | test     | positive |
        """,
        """
        | as of            | value | holds |
        | 2024-03-02 08:00 | 0     | no    |
        | 2024-03-03 08:00 | 1     | no    |
        | 2024-03-04 08:00 | 2     | yes   |
        """,
    )
