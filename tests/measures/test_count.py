"""`count: KIND`: how many matching events there are."""

from tests.measures.tables import check, events_behind

CHECK_INS = """
    | at               | what      | status    | craving |
    | ---------------- | --------- | --------- | ------- |
    | 2024-03-01 08:00 | check_in  | missed    |         |
    | 2024-03-02 08:00 | check_in  | completed | 3       |
    | 2024-03-04 08:00 | check_in  | missed    |         |
    | 2024-03-04 08:00 | contact   |           |         |
    | 2024-03-06 08:00 | check_in  | completed | 8       |
"""


def test_it_counts_the_events_of_a_kind_so_far():
    check(
        "{count: check_in, at_least: 3}",
        CHECK_INS,
        """
        | as of                 | value | holds |
        | --------------------- | ----- | ----- |
        | 2024-02-29 23:00      | 0     | no    |
        | 2024-03-01 08:00      | 1     | no    |
        | 2024-03-04 07:59      | 2     | no    |
        | 2024-03-04 08:00      | 3     | yes   |
        | 2030-01-01 00:00      | 4     | yes   |
        """,
    )


def test_where_says_which_events_match():
    check(
        "{count: check_in, where: {status: missed}, at_least: 2}",
        CHECK_INS,
        """
        | as of            | value | holds |
        | ---------------- | ----- | ----- |
        | 2024-03-02 08:00 | 1     | no    |
        | 2024-03-04 08:00 | 2     | yes   |
        """,
    )


def test_an_event_without_the_field_matches_nothing_said_of_it():
    check(
        "{count: check_in, where: {craving: {less_than: 5}}, at_least: 2}",
        CHECK_INS,
        """
        | as of            | value | holds |
        | ---------------- | ----- | ----- |
        | 2024-03-06 08:00 | 1     | no    |
        """,
    )
    check(
        "{count: check_in, where: {craving: {is_not: 3}}, at_least: 2}",
        CHECK_INS,
        """
        | as of            | value | holds |
        | ---------------- | ----- | ----- |
        | 2024-03-06 08:00 | 1     | no    |
        """,
    )


def test_within_looks_at_the_time_up_to_now_and_an_event_leaves_it_when_it_is_that_old():
    check(
        "{count: check_in, where: {status: missed}, within: 3 days, at_least: 2}",
        CHECK_INS,
        """
        | as of                 | value | holds |
        | --------------------- | ----- | ----- |
        | 2024-03-03 20:00      | 1     | no    |
        | 2024-03-04 07:59      | 1     | no    |
        | 2024-03-04 08:00      | 1     | no    |
        | 2024-03-07 07:59      | 1     | no    |
        | 2024-03-07 08:00      | 0     | no    |
        """,
    )
    check(
        "{count: check_in, where: {status: missed}, within: 4 days, at_least: 2}",
        CHECK_INS,
        """
        | as of                 | value | holds |
        | --------------------- | ----- | ----- |
        | 2024-03-04 08:00      | 2     | yes   |
        | 2024-03-05 07:59      | 2     | yes   |
        | 2024-03-05 08:00      | 1     | no    |
        """,
    )


def test_last_looks_at_the_newest_events_of_the_kind_whether_or_not_they_match():
    check(
        "{count: check_in, where: {status: missed}, last: 2, at_least: 1}",
        CHECK_INS,
        """
        | as of            | value | holds |
        | ---------------- | ----- | ----- |
        | 2024-03-01 08:00 | 1     | yes   |
        | 2024-03-02 08:00 | 1     | yes   |
        | 2024-03-04 08:00 | 1     | yes   |
        | 2024-03-06 08:00 | 1     | yes   |
        """,
    )
    check(
        "{count: check_in, where: {status: completed}, last: 2, at_least: 1}",
        """
        | at               | what     | status    |
        | 2024-03-01 08:00 | check_in | completed |
        | 2024-03-02 08:00 | check_in | missed    |
        | 2024-03-03 08:00 | check_in | missed    |
        """,
        """
        | as of            | value | holds |
        | 2024-03-02 08:00 | 1     | yes   |
        | 2024-03-03 08:00 | 0     | no    |
        """,
    )


def test_of_events_at_one_instant_the_last_is_told_by_their_source_and_key():
    check(
        "{count: check_in, where: {status: missed}, last: 1, is: 1}",
        """
        | at               | what     | status    |
        | 2024-03-01 08:00 | check_in | completed |
        | 2024-03-01 08:00 | check_in | missed    |
        """,
        """
        | as of            | value | holds |
        | 2024-03-01 08:00 | 1     | yes   |
        """,
    )


def test_starting_ignores_what_happened_before_the_local_day_that_it_names():
    check(
        "{count: check_in, starting: 2 days after enrolment, at_least: 2}",
        """
        | at               | what     |
        | 2024-03-01 10:00 | enrolled |
        | 2024-03-02 23:59 | check_in |
        | 2024-03-03 00:00 | check_in |
        | 2024-03-04 00:00 | check_in |
        """,
        """
        | as of            | value | holds |
        | 2024-03-02 23:59 | 0     | no    |
        | 2024-03-03 00:00 | 1     | no    |
        | 2024-03-04 00:00 | 2     | yes   |
        """,
        zone="America/New_York",
    )


def test_starting_counts_from_the_latest_enrolment_and_nothing_before_the_first():
    check(
        "{count: check_in, starting: 0 days after enrolment, at_least: 2}",
        """
        | at               | what     |
        | 2024-03-01 08:00 | check_in |
        | 2024-03-02 10:00 | enrolled |
        | 2024-03-03 08:00 | check_in |
        | 2024-03-09 09:00 | check_in |
        | 2024-03-09 10:00 | enrolled |
        | 2024-03-09 11:00 | check_in |
        """,
        """
        | as of            | value | holds |
        | 2024-03-01 08:00 | 0     | no    |
        | 2024-03-03 08:00 | 1     | no    |
        | 2024-03-09 09:00 | 2     | yes   |
        | 2024-03-09 10:00 | 1     | no    |
        | 2024-03-09 11:00 | 2     | yes   |
        """,
    )


def test_starting_narrows_the_last_events_and_does_not_reach_further_back_for_them():
    check(
        "{count: check_in, where: {status: missed}, last: 2, starting: 1 day after enrolment, "
        "at_least: 1}",
        """
        | at               | what     | status    |
        | 2024-03-01 00:00 | enrolled |           |
        | 2024-03-01 12:00 | check_in | missed    |
        | 2024-03-02 12:00 | check_in | completed |
        """,
        """
        | as of            | value | holds |
        | 2024-03-01 12:00 | 0     | no    |
        | 2024-03-02 12:00 | 0     | no    |
        """,
    )


def test_a_list_field_matches_a_word_that_it_contains():
    events = """
        | at               | what  | substances          |
        | 2024-03-01 08:00 | test  | [alcohol, cocaine]  |
        | 2024-03-02 08:00 | test  | [opioids]           |
        | 2024-03-03 08:00 | test  | []                  |
        | 2024-03-04 08:00 | test  |                     |
    """
    for where, matching in (
        ("alcohol", 1),
        ("[alcohol, opioids]", 2),
        ("{is_not: alcohol}", 2),
        ("{is: opioids}", 1),
    ):
        check(
            f"{{count: test, where: {{substances: {where}}}, is: {matching}}}",
            events,
            f"""
            | as of            | value      | holds |
            | 2024-03-04 08:00 | {matching} | yes   |
            """,
        )


def test_the_events_behind_it_are_those_that_it_counts():
    assert events_behind(
        "{count: check_in, where: {status: missed}, last: 3, at_least: 1}",
        CHECK_INS,
        "2024-03-06 08:00",
    ) == ["2024-03-04 08:00"]
