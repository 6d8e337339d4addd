"""Codes of an app are good for their half minute and its neighbours."""

from __future__ import annotations

import pyotp

from engine.access import one_time_codes
from engine.model.instant import SECOND_US
from tests.kit.times import NOON

SECRET = one_time_codes.new_secret()


def shown(seconds: int) -> str:
    return pyotp.TOTP(SECRET).at(NOON // SECOND_US + seconds)


def test_a_phone_may_be_half_a_minute_off() -> None:
    steps = [one_time_codes.step_of(SECRET, shown(off), NOON) for off in (0, -30, 30, 90, -90)]

    now = NOON // SECOND_US // 30
    assert steps == [now, now - 1, now + 1, None, None]


def test_a_code_may_be_typed_with_a_space_and_odd_text_is_no_code() -> None:
    code = shown(0)

    assert one_time_codes.step_of(SECRET, f"{code[:3]} {code[3:]}", NOON) is not None
    assert [one_time_codes.step_of(SECRET, odd, NOON) for odd in ("", "١٢٣٤٥٦", "\ud800")] == [
        None
    ] * 3


def test_a_recovery_code_is_read_however_it_is_typed() -> None:
    codes = one_time_codes.recovery_codes()
    typed = codes[0].upper().replace("-", " ")

    assert len(set(codes)) == one_time_codes.RECOVERY_CODES
    assert one_time_codes.as_recovery_code(typed) == codes[0]
