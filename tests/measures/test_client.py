"""`client: ATTRIBUTE`: what the client's record said at the time."""

from tests.measures.tables import check

RECORD = """
    | at               | what      | value     |
    | 2024-03-01 08:00 | enrolled  |           |
    | 2024-03-02 08:00 | programme | iop       |
    | 2024-03-05 08:00 | programme | aftercare |
    | 2024-03-09 08:00 | programme |           |
"""


def test_it_is_as_it_was_at_the_time():
    check(
        "{client: programme, is: iop}",
        RECORD,
        """
        | as of            | value     | holds |
        | 2024-03-01 08:00 | none      | no    |
        | 2024-03-02 08:00 | iop       | yes   |
        | 2024-03-05 08:00 | aftercare | no    |
        | 2024-03-09 08:00 | none      | no    |
        """,
    )


def test_an_attribute_that_is_not_there_satisfies_nothing():
    check(
        "{client: programme, is_not: iop}",
        RECORD,
        """
        | as of            | value     | holds |
        | 2024-03-01 08:00 | none      | no    |
        | 2024-03-02 08:00 | iop       | no    |
        | 2024-03-05 08:00 | aftercare | yes   |
        | 2024-03-09 08:00 | none      | no    |
        """,
    )
    check(
        "{client: programme, one_of: [residential, aftercare]}",
        RECORD,
        """
        | as of            | value     | holds |
        | 2024-03-05 08:00 | aftercare | yes   |
        | 2024-03-09 08:00 | none      | no    |
        """,
    )


def test_a_number_in_the_record_is_compared_as_one_and_other_words_satisfy_nothing():
    check(
        "{client: phase, at_least: 9}",
        """
        | at               | what  | value       |
        | 2024-03-01 08:00 | phase | 2           |
        | 2024-03-02 08:00 | phase | 10          |
        | 2024-03-03 08:00 | phase | orientation |
        | 2024-03-04 08:00 | phase | inf         |
        | 2024-03-05 08:00 | phase | 1_0         |
        """,
        """
        | as of            | value       | holds |
        | 2024-03-01 08:00 | "2"         | no    |
        | 2024-03-02 08:00 | "10"        | yes   |
        | 2024-03-03 08:00 | orientation | no    |
        | 2024-03-04 08:00 | inf         | no    |
        | 2024-03-05 08:00 | "1_0"       | no    |
        """,
    )


def test_whether_somebody_is_assigned_is_yes_or_no_at_every_time():
    record = """
        | at               | what       | value |
        | 2024-03-01 08:00 | enrolled   |       |
        | 2024-03-01 08:00 | has_mentor | no    |
        | 2024-03-05 08:00 | has_mentor | yes   |
    """
    check(
        "{client: has_mentor, is: no}",
        record,
        """
        | as of            | value | holds |
        | 2024-03-05 07:59 | 'no'  | yes   |
        | 2024-03-05 08:00 | 'yes' | no    |
        """,
    )
