"""Passwords: which are accepted, and that a hash matches its own alone."""

from __future__ import annotations

import pytest

from engine.access.passwords import PasswordFault, fault_of, hashed, matches

GOOD = "four odd quiet rivers"


@pytest.mark.parametrize(
    ("password", "again", "fault"),
    [
        (GOOD, GOOD, None),
        (GOOD, GOOD + "s", PasswordFault.DIFFER),
        ("eleven lett", "eleven lett", PasswordFault.TOO_SHORT),
        ("x" * 129, "x" * 129, PasswordFault.TOO_LONG),
        ("I am Annabel, yes", "I am Annabel, yes", PasswordFault.NAME_IN_IT),
        ("abababababab", "abababababab", PasswordFault.TOO_PLAIN),
    ],
)
def test_a_password_is_accepted_or_told_why_not(
    password: str, again: str, fault: PasswordFault | None
) -> None:
    assert fault_of("annabel", password, again) is fault


def test_a_hash_matches_its_own_password_alone() -> None:
    kept = hashed(GOOD)

    assert kept.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert matches(GOOD, kept)
    assert not matches(GOOD + "s", kept)
    assert not matches(GOOD, None)


def test_a_letter_with_its_accent_is_one_letter_however_it_is_typed() -> None:
    assert matches("cafe\u0301 au lait noir", hashed("caf\u00e9 au lait noir"))
