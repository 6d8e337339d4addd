"""A value of a roster row is read alike from a file and from a form, or refused with the reason."""

from __future__ import annotations

import pytest

from engine.model.roster_values import read_due_by, read_roster_value


@pytest.mark.parametrize(
    ("word", "text", "value"),
    [
        ("ref", "C-1042", "C-1042"),
        ("role", "Case Manager", "case_manager"),
        ("timezone", "America/Denver", "America/Denver"),
        ("phone", "+1 202 555 0143", "+12025550143"),
        ("call_name", "Dana", "Dana"),
        ("quiet_from", "9:30 pm", "21:30"),
        ("quiet_to", "24:00", "00:00"),
        ("active", "no", "no"),
        ("purpose", "continuity of care", "continuity of care"),
    ],
)
def test_a_value_is_read(word: str, text: str, value: str) -> None:
    assert read_roster_value(word, text) == value


@pytest.mark.parametrize(
    ("word", "text", "why"),
    [
        ("ref", "x" * 65, "is longer than 64 characters"),
        ("alias", "x" * 41, "is longer than 40 characters"),
        ("role", "boss", "'boss' is not one of"),
        ("quiet_from", "25:00", "'25:00' is not a time of day such as 22:00"),
    ],
)
def test_a_value_that_cannot_be_read_says_why(word: str, text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_roster_value(word, text)


@pytest.mark.parametrize(
    ("text", "due_by"), [("8pm", "20:00"), ("Off", "off"), ("usual", None), ("07:15", "07:15")]
)
def test_the_time_by_which_a_client_is_due_is_read(text: str, due_by: str | None) -> None:
    assert read_due_by(text) == due_by


def test_a_time_by_which_nobody_can_be_due_is_refused() -> None:
    with pytest.raises(ValueError, match="neither a time such as 22:00, nor off or usual"):
        read_due_by("mornings")
