"""`time_since:` an event, enrolment or discharge: how silence is noticed."""

from tests.measures.tables import check, events_behind


def test_time_runs_from_the_newest_matching_event():
    check(
        "{time_since: check_in, where: {status: completed}, at_least: 2 days}",
        """
        | at               | what     | status    |
        | 2024-03-01 08:00 | enrolled |           |
        | 2024-03-01 20:00 | check_in | completed |
        | 2024-03-02 20:00 | check_in | missed    |
        | 2024-03-05 20:00 | check_in | completed |
        """,
        """
        | as of                 | value    | holds |
        | 2024-03-01 20:00      | 0 days   | no    |
        | 2024-03-03 19:59      | 2879 minutes | no |
        | 2024-03-03 20:00      | 2 days   | yes   |
        | 2024-03-05 20:00      | 0 days   | no    |
        """,
    )


def test_at_most_holds_up_to_the_very_instant_and_more_than_begins_just_after_it():
    events = """
        | at               | what     |
        | 2024-03-01 08:00 | check_in |
    """
    check(
        "{time_since: check_in, at_most: 2 days}",
        events,
        """
        | as of                 | value            | holds |
        | 2024-03-03 08:00      | 2 days           | yes   |
        | 2024-03-03 08:01      | 2881 minutes     | no    |
        """,
    )
    check(
        "{time_since: check_in, more_than: 2 days}",
        events,
        """
        | as of                 | value            | holds |
        | 2024-03-03 08:00      | 2 days           | no    |
        | 2024-03-03 08:01      | 2881 minutes     | yes   |
        """,
    )


def test_without_any_event_it_runs_from_the_latest_enrolment():
    check(
        "{time_since: check_in, at_least: 3 days}",
        """
        | at               | what     |
        | 2024-03-01 08:00 | enrolled |
        | 2024-04-01 08:00 | enrolled |
        """,
        """
        | as of            | value   | holds |
        | 2024-02-28 08:00 | none    | no    |
        | 2024-03-03 08:00 | 2 days  | no    |
        | 2024-03-04 08:00 | 3 days  | yes   |
        | 2024-04-01 08:00 | 0 days  | no    |
        """,
    )


def test_an_event_from_before_the_enrolment_is_one_too():
    check(
        "{time_since: return_to_use, at_most: 28 days}",
        """
        | at               | what          |
        | 2024-03-01 08:00 | return_to_use |
        | 2024-03-11 08:00 | enrolled      |
        """,
        """
        | as of            | value   | holds |
        | 2024-03-11 08:00 | 10 days | yes   |
        | 2024-04-01 08:00 | 31 days | no    |
        """,
    )


def test_with_starting_it_runs_from_that_day_where_there_is_no_event_since():
    check(
        "{time_since: check_in, starting: 0 days after enrolment, at_least: 2 days}",
        """
        | at               | what     |
        | 2024-01-01 08:00 | check_in |
        | 2024-03-01 10:00 | enrolled |
        | 2024-03-05 12:00 | check_in |
        """,
        """
        | as of            | value    | holds |
        | 2024-02-01 08:00 | none     | no    |
        | 2024-03-01 10:00 | 10 hours | no    |
        | 2024-03-03 00:00 | 2 days   | yes   |
        | 2024-03-05 12:00 | 0 days   | no    |
        """,
        zone="America/New_York",
    )


def test_before_that_day_it_has_no_value():
    check(
        "{time_since: check_in, starting: 7 days after enrolment, less_than: 2 days}",
        """
        | at               | what     |
        | 2024-03-01 10:00 | enrolled |
        | 2024-03-02 10:00 | check_in |
        """,
        """
        | as of            | value    | holds |
        | 2024-03-07 23:59 | none     | no    |
        | 2024-03-08 00:00 | 0 days   | yes   |
        | 2024-03-10 00:00 | 2 days   | no    |
        """,
    )


def test_days_of_the_record_change_at_local_midnight():
    record = """
        | at               | what       |
        | 2024-03-09 23:30 | enrolled   |
        | 2024-03-09 23:30 | discharged |
    """
    for since in ("enrolled", "discharged"):
        check(
            f"{{time_since: {since}, at_least: 2 days}}",
            record,
            """
            | as of            | value  | holds |
            | 2024-03-09 23:00 | none   | no    |
            | 2024-03-09 23:59 | 0 days | no    |
            | 2024-03-10 00:00 | 1 day  | no    |
            | 2024-03-10 23:59 | 1 day  | no    |
            | 2024-03-11 00:00 | 2 days | yes   |
            """,
            # The tenth has but 23 hours there.
            zone="America/New_York",
        )


def test_the_latest_enrolment_is_the_one_that_counts():
    check(
        "{time_since: enrolled, at_most: 1 day}",
        """
        | at               | what     |
        | 2024-03-01 08:00 | enrolled |
        | 2024-03-05 08:00 | ended    |
        | 2024-03-09 08:00 | enrolled |
        """,
        """
        | as of            | value  | holds |
        | 2024-03-02 08:00 | 1 day  | yes   |
        | 2024-03-08 08:00 | 7 days | no    |
        | 2024-03-09 08:00 | 0 days | yes   |
        """,
    )


def test_a_date_far_ahead_harms_nobody():
    for condition in (
        "{time_since: enrolled, at_least: 3650 days}",
        "{time_since: check_in, starting: 3650 days after enrolment, at_least: 3650 days}",
    ):
        check(
            condition,
            """
            | at               | what     |
            | 2112-01-01 08:00 | enrolled |
            """,
            """
            | as of            | value  | holds |
            | 2100-01-01 00:00 | none   | no    |
            """,
            zone="America/New_York",
        )


def test_years_are_compared_to_the_very_instant():
    check(
        "{time_since: contact, at_least: 439 days}",
        """
        | at               | what    |
        | 2022-03-01 08:00 | contact |
        """,
        """
        | as of            | value        | holds |
        | 2023-05-14 07:59 | 632159 minutes | no  |
        | 2023-05-14 08:00 | 439 days     | yes   |
        """,
    )


def test_the_event_behind_it_is_the_newest():
    events = """
        | at               | what     |
        | 2024-03-01 08:00 | enrolled |
        | 2024-03-02 08:00 | check_in |
        | 2024-03-03 08:00 | check_in |
    """
    assert events_behind(
        "{time_since: check_in, at_least: 2 days}", events, "2024-03-05 08:00"
    ) == ["2024-03-03 08:00"]
    assert events_behind("{time_since: test, at_least: 2 days}", events, "2024-03-05 08:00") == []
