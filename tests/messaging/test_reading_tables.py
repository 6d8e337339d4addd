"""The tables of texts are read as their heads say, and a slip in one of them is pointed out."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.messaging.reading_tables import (
    ClientText,
    Reading,
    StaffAnswer,
    client_texts,
    staff_answers,
)

MANY_ANSWERS = "".join(f"text {number} | help | help\n" for number in range(300))
MANY_TEXTS = "".join(f"text {number} | plain\n" for number in range(300))


def test_an_answer_has_its_readings_with_one_alert_open_and_with_several() -> None:
    table = MANY_ANSWERS + "# Several at once\n\n1a 2p | not-understood | take 1, pass 2\n"
    assert staff_answers(table)[-1] == StaffAnswer(
        "1a 2p", (Reading("not-understood"),), (Reading("take", 1), Reading("pass", 2))
    )


def test_a_text_may_begin_with_a_number_sign_hold_a_bar_and_write_signs_that_no_editor_shows() -> (
    None
):
    table = MANY_TEXTS + "#1 a | b\\n\\u200b | plain\n"
    assert client_texts(table)[-1] == ClientText("#1 a | b\n\u200b", "plain")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1 a | take 1", "3 columns are expected"),
        (" | help | help", "3 columns are expected"),
        ("1 a | grab 1 | take 1", "'grab 1' is no reading"),
        ("1 a | take | take 1", "'take' names no code that is open"),
        ("2 a | take 2 | take 2", "'take 2' names no code that is open"),
        ("9 a | not-understood | take 9", "'take 9' names no code that is open"),
        ("list 1 | list | list 1", "'list 1' is no reading"),
        ("1a help | help | take 1, help", "each names a code"),
        ("text 7 | help | help", "'text 7' stands in the table twice"),
    ],
)
def test_a_slip_in_the_answers_is_named_with_its_line(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=rf"Line 301: .*{said}"):
        staff_answers(f"{MANY_ANSWERS}{line}\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hello", "2 columns are expected"),
        ("hello | nice", "'nice' is no label"),
        ("text 7 | danger", "'text 7' stands in the table twice"),
    ],
)
def test_a_slip_in_the_texts_of_clients_is_named_with_its_line(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=rf"Line 301: .*{said}"):
        client_texts(f"{MANY_TEXTS}{line}\n")


def test_a_table_of_fewer_than_300_texts_is_too_small() -> None:
    with pytest.raises(ValueError, match="has 299 texts"):
        client_texts(MANY_TEXTS.split("\n", 1)[1])


def test_acts_change_something_and_questions_do_not() -> None:
    acts = {each.does for row in staff_answers() for each in row.several if each.changes_something}
    assert acts == {"take", "pass", "done", "false", "snooze", "undo", "stop", "start"}


def test_every_label_has_texts_of_clients() -> None:
    counted = Counter(row.label for row in client_texts())
    assert set(counted) == {"danger", "use", "plain", "help", "opt-out", "opt-in", "reaction"}
    assert min(counted.values()) >= 10
    assert counted["danger"] >= 200
