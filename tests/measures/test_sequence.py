"""`sequence: [FIRST, SECOND]`: how often an event of the second sort followed one of the first."""

from tests.measures.tables import check, events_behind


def test_it_counts_the_first_events_that_a_second_one_followed():
    events = """
        | at               | what       | status  | result   |
        | 2024-03-01 08:00 | attendance | no_show |          |
        | 2024-03-02 08:00 | test       |         | positive |
        | 2024-03-03 08:00 | test       |         | positive |
        | 2024-03-04 08:00 | attendance | no_show |          |
        | 2024-03-05 08:00 | test       |         | negative |
        | 2024-03-06 08:00 | test       |         | positive |
    """
    condition = """
        sequence: [{event: attendance, where: {status: no_show}}, {event: test, where: {result: \
positive}}]
        within: 7 days
        at_least: 2
    """
    check(
        condition,
        events,
        """
        | as of            | value | holds |
        | 2024-03-01 08:00 | 0     | no    |
        | 2024-03-02 08:00 | 1     | no    |
        | 2024-03-03 08:00 | 1     | no    |
        | 2024-03-05 08:00 | 1     | no    |
        | 2024-03-06 08:00 | 2     | yes   |
        | 2024-03-08 08:00 | 1     | no    |
        | 2024-03-11 08:00 | 0     | no    |
        """,
    )
    assert events_behind(condition, events, "2024-03-06 08:00") == [
        "2024-03-01 08:00",
        "2024-03-02 08:00",
        "2024-03-04 08:00",
        "2024-03-06 08:00",
    ]


def test_of_two_first_events_in_a_row_only_the_later_is_followed():
    check(
        "{sequence: [contact, check_in], within: 7 days, at_least: 1}",
        """
        | at               | what     |
        | 2024-03-01 08:00 | contact  |
        | 2024-03-02 08:00 | contact  |
        | 2024-03-03 08:00 | check_in |
        """,
        """
        | as of            | value | holds |
        | 2024-03-03 08:00 | 1     | yes   |
        | 2024-03-08 08:00 | 1     | yes   |
        | 2024-03-09 08:00 | 0     | no    |
        """,
    )


def test_following_is_strictly_later():
    check(
        "{sequence: [contact, check_in], within: 7 days, at_least: 1}",
        """
        | at                    | what     |
        | 2024-03-01 08:00      | contact  |
        | 2024-03-01 08:00      | check_in |
        | 2024-03-02 08:00 +1us | check_in |
        """,
        """
        | as of                 | value | holds |
        | 2024-03-01 08:00      | 0     | no    |
        | 2024-03-02 08:00      | 0     | no    |
        | 2024-03-02 08:00 +1us | 1     | yes   |
        """,
    )


def test_both_sorts_may_be_one():
    check(
        "{sequence: [test, test], within: 7 days, at_least: 2}",
        """
        | at               | what |
        | 2024-03-01 08:00 | test |
        | 2024-03-02 08:00 | test |
        | 2024-03-03 08:00 | test |
        """,
        """
        | as of            | value | holds |
        | 2024-03-02 08:00 | 1     | no    |
        | 2024-03-03 08:00 | 2     | yes   |
        """,
    )


def test_last_counts_events_of_either_sort():
    check(
        "{sequence: [contact, check_in], last: 2, at_least: 1}",
        """
        | at               | what     |
        | 2024-03-01 08:00 | contact  |
        | 2024-03-02 08:00 | test     |
        | 2024-03-03 08:00 | check_in |
        | 2024-03-04 08:00 | check_in |
        """,
        """
        | as of            | value | holds |
        | 2024-03-03 08:00 | 1     | yes   |
        | 2024-03-04 08:00 | 0     | no    |
        """,
    )
