"""Every text passes the lint with any roster or rule, and says only allowed things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.messaging.lint import lint
from engine.messaging.wording import to_mentor, to_staff
from engine.model.sms_settings import Detail

DETAILS: tuple[Detail, ...] = ("none", "reference", "reason")
LONGEST_REF = "C" * 64  # as wide as the column
LARGEST_CODE = 9999  # more than a year's codes for one recipient
REPLIES = "Reply 17 A to take it, 17 P to pass on, 17 D when done, 17 F if a false alarm."
LONGEST_ALIAS = "W" * 40


def test_staff_read_who_needs_them_why_and_where_to_look() -> None:
    assert to_staff("C-1042", "missed check-ins", 17, "reason") == (
        f"Handrail: C-1042 needs you (missed check-ins). {REPLIES}"
    )


def test_the_reference_alone_is_said_where_no_more_is_allowed() -> None:
    assert (
        to_staff("C-1042", "missed check-ins", 17, "reference")
        == f"Handrail: C-1042 needs you. {REPLIES}"
    )


def test_nothing_of_the_client_is_said_where_nothing_is_allowed() -> None:
    assert (
        to_staff("C-1042", "missed check-ins", 17, "none")
        == f"Handrail: someone needs you. {REPLIES}"
    )


def test_a_rule_without_a_reason_leaves_none_open() -> None:
    assert to_staff("C-1042", "", 17, "reason") == to_staff("C-1042", "", 17, "reference")


@pytest.mark.parametrize(
    "reason", ["positive for opioids", "x" * 160, "he’s silent", "reply STOP", "two\nlines"]
)
def test_a_reason_that_may_not_be_said_is_left_out(reason: str) -> None:
    assert to_staff("C-1042", reason, 17, "reason") == f"Handrail: C-1042 needs you. {REPLIES}"


@pytest.mark.parametrize("ref", ["OUD-17", "Зоя", "€" * 64])
def test_a_ref_that_may_not_be_said_is_left_out(ref: str) -> None:
    assert (
        to_staff(ref, "missed check-ins", 17, "reason") == f"Handrail: someone needs you. {REPLIES}"
    )


def test_the_longest_reason_still_fits_with_a_short_code() -> None:
    assert "(" + "x" * 30 + ", over now)" in to_staff(
        "C-10427", "x" * 30 + ", over now", 999, "reason"
    )


def test_what_is_too_long_loses_its_reason_first_and_then_half_of_the_replies() -> None:
    middling, longest = "C" * 40, to_staff(LONGEST_REF, "x" * 30, LARGEST_CODE, "reason")
    assert (
        to_staff(middling, "x" * 30, 17, "reason") == f"Handrail: {middling} needs you. {REPLIES}"
    )
    assert (
        longest == f"Handrail: {LONGEST_REF} needs you. Reply 9999 A to take it, 9999 P to pass on."
    )
    assert lint(longest) == []


def test_a_mentor_reads_the_alias_a_plain_request_and_the_replies() -> None:
    assert to_mentor("Jo", 17) == (
        "Handrail: please reach out to Jo when you can. Reply 17 A to take it, 17 P to pass on, "
        "17 D when done."
    )
    assert LONGEST_ALIAS in to_mentor(LONGEST_ALIAS, LARGEST_CODE)


def test_an_alias_that_may_not_be_said_is_left_out() -> None:
    assert to_mentor("Jo from rehab", 17).startswith(
        "Handrail: please reach out to the person you look out for. "
    )


@given(
    ref=st.text(max_size=64),
    reason=st.text(max_size=200)
    | st.sampled_from(["positive test", "17 STOP", "heroin", "missed check-ins"]),
    code=st.integers(1, LARGEST_CODE),
    detail=st.sampled_from(DETAILS),
)
def test_whatever_a_ref_and_a_reason_hold_the_text_to_staff_may_be_sent(
    ref: str, reason: str, code: int, detail: Detail
) -> None:
    assert lint(to_staff(ref, reason, code, detail)) == []


@given(st.text(max_size=200))
def test_whatever_an_alias_holds_the_text_may_be_sent(said: str) -> None:
    assert lint(to_mentor(said, LARGEST_CODE)) == []


def test_an_urgent_text_asks_for_a_call_once() -> None:
    said = to_staff("C-1", "no contact, please call now", 1, "reason", urgent=True)
    assert said.startswith("Handrail: C-1 needs you, please call now (no contact). Reply 1 A")
    said = to_staff("C-1", "please call now", 1, "reason", urgent=True)
    assert said.startswith("Handrail: C-1 needs you, please call now. Reply 1 A")


LINK = "https://handrail.example/a/4821973345"


def test_a_link_stands_at_the_end_and_the_reason_stays() -> None:
    said = to_staff("C-1042", "missed check-ins", 17, "reason", link=LINK)

    assert said == (
        "Handrail: C-1042 needs you (missed check-ins). Reply 17 A to take it, 17 P to pass on. "
        f"{LINK}"
    )


@given(st.text(max_size=64), st.text(max_size=80), st.integers(1, 9999), st.booleans())
def test_a_text_with_a_link_is_one_segment(ref: str, reason: str, code: int, urgent: bool) -> None:
    said = to_staff(ref, reason, code, "reason", urgent=urgent, link=LINK)

    assert lint(said) == []
    assert said.startswith("Handrail: ")


def test_a_link_that_reveals_something_is_left_out() -> None:
    said = to_staff("C-1", "", 17, "reason", link="https://recovery-center.example/a/4821973345")

    assert "https" not in said
