"""`trend: KIND.field`: the slope a day of the straight line nearest to the values."""

from tests.measures.tables import check


def test_it_is_the_least_squares_slope_a_day():
    check(
        "{trend: check_in.craving, within: 7 days, at_least: 1}",
        """
        | at               | what     | craving |
        | 2024-03-01 08:00 | check_in | 2       |
        | 2024-03-02 08:00 | check_in | 3       |
        | 2024-03-03 08:00 | check_in | 5       |
        | 2024-03-05 08:00 | check_in | 5       |
        """,
        """
        | as of            | value          | holds |
        | 2024-03-01 08:00 | none           | no    |
        | 2024-03-02 08:00 | 1.0            | yes   |
        | 2024-03-03 08:00 | 1.5            | yes   |
        | 2024-03-05 08:00 | 0.771428571429 | no    |
        | 2024-03-08 08:00 | 0.571428571429 | no    |
        | 2024-03-10 08:00 | none           | no    |
        """,
    )


def test_values_of_one_instant_alone_have_no_trend():
    check(
        "{trend: check_in.craving, last: 3, at_most: 0}",
        """
        | at               | what     | craving |
        | 2024-03-01 08:00 | check_in | 2       |
        | 2024-03-01 08:00 | check_in | 9       |
        | 2024-03-01 20:00 | check_in | 2.5     |
        """,
        """
        | as of            | value | holds |
        | 2024-03-01 08:00 | none  | no    |
        | 2024-03-01 20:00 | -6.0  | yes   |
        """,
    )


def test_a_flat_line_is_neither_rising_nor_falling():
    flat = """
        | at               | what     | craving |
        | 2024-03-01 08:10 | check_in | 6.1     |
        | 2024-03-02 09:20 | check_in | 6.1     |
        | 2024-03-04 17:47 | check_in | 6.1     |
    """
    for comparison, holds in (("more_than: 0", "no"), ("less_than: 0", "no"), ("is: 0", "yes")):
        check(
            f"{{trend: check_in.craving, last: 5, {comparison}}}",
            flat,
            f"""
            | as of            | value | holds   |
            | 2024-03-05 08:00 | 0.0   | {holds} |
            """,
        )


def test_two_values_moments_apart_have_an_exact_trend():
    check(
        "{trend: journal.worry, last: 2, at_least: 1}",
        """
        | at                    | what    | worry |
        | 2024-03-01 08:00      | journal | 1     |
        | 2024-03-01 08:00 +1us | journal | 2     |
        """,
        """
        | as of            | value         | holds |
        | 2024-03-02 08:00 | 86400000000.0 | yes   |
        """,
    )
