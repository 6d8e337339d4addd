"""Phone numbers as people write them become one form, or a reason why not."""

from __future__ import annotations

import re

import pytest

from engine.model.phone_number import read_phone


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+12025550102", "+12025550102"),
        ("(202) 555-0102", "+12025550102"),
        ("202.555.0102", "+12025550102"),
        ("+44 20 7946 0958", "+442079460958"),
    ],
)
def test_a_number_is_read_however_it_is_written(written: str, number: str) -> None:
    assert read_phone(written) == number


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("none", "'none' is not a phone number"),
        ("", "'' is not a phone number"),
        ("12", "'12' is not a phone number that exists"),
        ("+1 202 555", "is not a phone number that exists"),
    ],
)
def test_a_wrong_number_is_refused_with_a_reason(written: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        read_phone(written)
