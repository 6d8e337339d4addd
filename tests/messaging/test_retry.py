"""The waits grow, have an end, and differ from message to message."""

from __future__ import annotations

from engine.messaging.retry import FIRST_US, LONGEST_US, back_off


def test_each_wait_is_about_twice_the_one_before_up_to_the_longest() -> None:
    for message_id in range(50):
        for attempts, wait in (
            (1, FIRST_US),
            (2, 2 * FIRST_US),
            (4, 8 * FIRST_US),
            (6, LONGEST_US),
            (500, LONGEST_US),
        ):
            assert 0.75 * wait <= back_off(attempts, message_id) <= 1.25 * wait


def test_a_message_waits_as_long_each_time_the_same_happens() -> None:
    assert back_off(3, 17) == back_off(3, 17)


def test_messages_that_failed_together_come_back_apart() -> None:
    waits = sorted(back_off(1, message_id) for message_id in range(100))
    assert len(set(waits)) == 100
    assert waits[75] - waits[25] > FIRST_US / 8
