"""`days_with: KIND`: on how many of the client's own days there is a matching event."""

from tests.measures.tables import check

USE = """
    | at               | what     | used |
    | 2024-03-01 09:00 | check_in | yes  |
    | 2024-03-01 23:30 | check_in | yes  |
    | 2024-03-02 00:30 | check_in | yes  |
    | 2024-03-04 12:00 | check_in | no   |
    | 2024-03-05 12:00 | check_in | yes  |
"""


def test_events_of_one_local_day_count_once():
    check(
        "{days_with: check_in, where: {used: yes}, within: 7 days, at_least: 2}",
        USE,
        """
        | as of            | value | holds |
        | 2024-02-29 12:00 | 0     | no    |
        | 2024-03-01 23:30 | 1     | no    |
        | 2024-03-02 00:30 | 2     | yes   |
        | 2024-03-05 12:00 | 3     | yes   |
        """,
        zone="Australia/Sydney",
    )


def test_the_days_are_the_clients_own():
    # Half past eleven at night and half past midnight in New York are one day in London.
    events = """
        | at               | what     |
        | 2024-01-10 04:30 | check_in |
        | 2024-01-10 05:30 | check_in |
    """
    for zone, days in (("UTC", 1), ("Etc/GMT+5", 1)):
        check(
            f"{{days_with: check_in, is: {days}}}",
            events,
            f"""
            | as of            | value  | holds |
            | 2024-01-11 00:00 | {days} | yes   |
            """,
            zone=zone,
        )
    check(
        "{days_with: check_in, is: 2}",
        """
        | at               | what     |
        | 2024-01-09 23:30 | check_in |
        | 2024-01-10 00:30 | check_in |
        """,
        """
        | as of            | value | holds |
        | 2024-01-11 00:00 | 2     | yes   |
        """,
        zone="America/New_York",
    )


def test_a_day_stays_until_its_last_event_in_the_window_has_left():
    check(
        "{days_with: check_in, where: {used: yes}, within: 1 day, at_least: 2}",
        USE,
        """
        | as of            | value | holds |
        | 2024-03-02 00:30 | 2     | yes   |
        | 2024-03-02 09:00 | 2     | yes   |
        | 2024-03-02 23:29 | 2     | yes   |
        | 2024-03-02 23:30 | 1     | no    |
        | 2024-03-03 00:30 | 0     | no    |
        """,
    )


def test_last_counts_the_days_of_the_matching_among_the_newest_events():
    check(
        "{days_with: check_in, where: {used: yes}, last: 4, at_least: 2}",
        USE,
        """
        | as of            | value | holds |
        | 2024-03-04 12:00 | 2     | yes   |
        | 2024-03-05 12:00 | 3     | yes   |
        """,
    )


def test_the_hour_that_comes_twice_is_of_one_day():
    check(
        "{days_with: check_in, is: 1}",
        """
        | at                   | what     |
        | 2024-11-03 01:30     | check_in |
        | 2024-11-03 01:30 2nd | check_in |
        | 2024-11-03 23:59     | check_in |
        """,
        """
        | as of            | value | holds |
        | 2024-11-04 00:00 | 1     | yes   |
        """,
        zone="America/New_York",
    )


def test_where_midnight_itself_is_skipped_the_day_begins_an_hour_later():
    check(
        "{days_with: check_in, is: 2}",
        """
        | at               | what     |
        | 2017-10-14 23:59 | check_in |
        | 2017-10-15 01:00 | check_in |
        """,
        """
        | as of            | value | holds |
        | 2017-10-15 01:00 | 2     | yes   |
        """,
        zone="America/Sao_Paulo",
    )


def test_where_the_last_hour_of_a_day_comes_twice_it_is_still_that_day():
    check(
        "{days_with: check_in, is: 2}",
        """
        | at                   | what     |
        | 2018-02-17 23:30     | check_in |
        | 2018-02-17 23:30 2nd | check_in |
        | 2018-02-18 00:00     | check_in |
        """,
        """
        | as of                | value | holds |
        | 2018-02-17 23:30 2nd | 1     | no    |
        | 2018-02-18 00:00     | 2     | yes   |
        """,
        zone="America/Sao_Paulo",
    )


def test_a_day_that_has_begun_goes_on_where_the_clock_is_set_back_over_its_midnight():
    check(
        "{days_with: check_in, is: 2}",
        """
        | at                   | what     |
        | 2010-11-06 23:30     | check_in |
        | 2010-11-07 00:00     | check_in |
        | 2010-11-06 23:30 2nd | check_in |
        | 2010-11-07 01:00     | check_in |
        """,
        """
        | as of                | value | holds |
        | 2010-11-06 23:30     | 1     | no    |
        | 2010-11-07 00:00     | 2     | yes   |
        | 2010-11-06 23:30 2nd | 2     | yes   |
        | 2010-11-07 01:00     | 2     | yes   |
        """,
        zone="America/St_Johns",
    )


def test_seven_days_touch_eight_days_of_the_calendar_and_nine_where_one_has_but_23_hours():
    # The clocks went forward on the tenth.
    check(
        "{days_with: check_in, within: 7 days, at_least: 8}",
        """
        | at               | what     |
        | 2024-03-05 23:30 | check_in |
        | 2024-03-06 12:00 | check_in |
        | 2024-03-07 12:00 | check_in |
        | 2024-03-08 12:00 | check_in |
        | 2024-03-09 12:00 | check_in |
        | 2024-03-10 12:00 | check_in |
        | 2024-03-11 12:00 | check_in |
        | 2024-03-12 12:00 | check_in |
        | 2024-03-13 00:10 | check_in |
        """,
        """
        | as of            | value | holds |
        | 2024-03-11 12:00 | 7     | no    |
        | 2024-03-12 12:00 | 8     | yes   |
        | 2024-03-13 00:10 | 9     | yes   |
        """,
        zone="America/New_York",
    )
