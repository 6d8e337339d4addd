"""`latest: KIND.field`: the field's value in the newest matching event that has one."""

from tests.measures.tables import check, events_behind

CRAVING = """
    | at               | what     | status    | craving |
    | 2024-03-01 08:00 | check_in | completed | 4       |
    | 2024-03-02 08:00 | check_in | completed | 8.5     |
    | 2024-03-03 08:00 | check_in | missed    |         |
    | 2024-03-05 08:00 | check_in | completed | 2       |
"""


def test_an_event_without_the_field_is_passed_over():
    check(
        "{latest: check_in.craving, at_least: 7}",
        CRAVING,
        """
        | as of            | value | holds |
        | 2024-02-28 08:00 | none  | no    |
        | 2024-03-01 08:00 | 4     | no    |
        | 2024-03-02 08:00 | 8.5   | yes   |
        | 2024-03-03 08:00 | 8.5   | yes   |
        | 2024-03-05 08:00 | 2     | no    |
        """,
    )


def test_not_older_than_lets_go_of_a_value_that_has_aged():
    check(
        "{latest: check_in.craving, not_older_than: 2 days, at_most: 8.5}",
        CRAVING,
        """
        | as of            | value | holds |
        | 2024-03-04 07:59 | 8.5   | yes   |
        | 2024-03-04 08:00 | none  | no    |
        | 2024-03-05 08:00 | 2     | yes   |
        """,
    )


def test_the_newest_matching_event_counts_even_when_another_is_newer():
    check(
        "{latest: assessment.score, where: {instrument: phq9, item: item9}, at_least: 1}",
        """
        | at               | what       | instrument | item  | score |
        | 2024-03-01 08:00 | assessment | phq9       | item9 | 2     |
        | 2024-03-01 08:00 | assessment | phq9       |       | 12    |
        | 2024-03-02 08:00 | assessment | gad7       |       | 5     |
        """,
        """
        | as of            | value | holds |
        | 2024-03-02 08:00 | 2     | yes   |
        """,
    )


def test_words_and_yes_or_no_are_compared_by_is_is_not_and_one_of():
    tests = """
        | at               | what | result   | confirmed |
        | 2024-03-01 08:00 | test | negative | no        |
        | 2024-03-02 08:00 | test | positive |           |
    """
    check(
        "{latest: test.result, one_of: [positive, refused]}",
        tests,
        """
        | as of            | value    | holds |
        | 2024-03-01 08:00 | negative | no    |
        | 2024-03-02 08:00 | positive | yes   |
        """,
    )
    check(
        "{latest: test.confirmed, is: no}",
        tests,
        """
        | as of            | value | holds |
        | 2024-02-01 08:00 | none  | no    |
        | 2024-03-02 08:00 | no    | yes   |
        """,
    )
    check(
        "{latest: test.result, is_not: negative}",
        tests,
        """
        | as of            | value    | holds |
        | 2024-02-01 08:00 | none     | no    |
        | 2024-03-01 08:00 | negative | no    |
        | 2024-03-02 08:00 | positive | yes   |
        """,
    )


def test_numbers_are_equal_as_people_read_them():
    check(
        "{latest: test.bac, where: {bac: {one_of: [0.3, 0.5]}}, is: 0.3}",
        """
        | at               | what | bac                 |
        | 2024-03-01 08:00 | test | 0.30000000000000004 |
        """,
        """
        | as of            | value | holds |
        | 2024-03-01 08:00 | 0.3   | yes   |
        """,
    )


def test_an_empty_list_is_a_value():
    check(
        "{latest: test.substances, is_not: alcohol}",
        """
        | at               | what | substances         |
        | 2024-03-01 08:00 | test | [alcohol, opioids] |
        | 2024-03-02 08:00 | test | []                 |
        | 2024-03-03 08:00 | test |                    |
        """,
        """
        | as of            | value              | holds |
        | 2024-03-01 08:00 | [alcohol, opioids] | no    |
        | 2024-03-02 08:00 | []                 | yes   |
        | 2024-03-03 08:00 | []                 | yes   |
        """,
    )


def test_of_events_at_one_instant_the_last_by_source_and_key_is_the_newest():
    check(
        "{latest: check_in.craving, is: 9}",
        """
        | at               | what     | craving |
        | 2024-03-01 08:00 | check_in | 1       |
        | 2024-03-01 08:00 | check_in | 9       |
        """,
        """
        | as of            | value | holds |
        | 2024-03-01 08:00 | 9     | yes   |
        """,
    )


def test_starting_ignores_older_values():
    check(
        "{latest: check_in.craving, starting: 1 day after discharge, at_least: 1}",
        """
        | at               | what       | craving |
        | 2024-03-01 08:00 | discharged |         |
        | 2024-03-01 09:00 | check_in   | 5       |
        | 2024-03-02 00:00 | check_in   | 6       |
        """,
        """
        | as of            | value | holds |
        | 2024-03-01 09:00 | none  | no    |
        | 2024-03-02 00:00 | 6     | yes   |
        """,
    )


def test_the_event_behind_it_is_the_one_whose_value_it_is():
    assert events_behind(
        "{latest: check_in.craving, at_least: 7}", CRAVING, "2024-03-03 08:00"
    ) == ["2024-03-02 08:00"]
    assert (
        events_behind("{latest: check_in.craving, at_least: 7}", CRAVING, "2024-02-03 08:00") == []
    )
