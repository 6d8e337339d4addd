"""Wrong sign-ins make their source wait, and lock nobody out."""

from __future__ import annotations

from engine.access.delays import (
    FREE_OF_ACCOUNT,
    next_try,
    one_more,
    source_of_address,
    source_of_name,
)
from engine.model.account import SignInFailures
from engine.model.instant import HOUR_US, SECOND_US
from tests.kit.times import NOON


def test_the_first_few_wait_for_nothing() -> None:
    few = SignInFailures(FREE_OF_ACCOUNT - 1, NOON)

    assert (next_try(None, FREE_OF_ACCOUNT), next_try(few, FREE_OF_ACCOUNT)) == (0, 0)


def test_each_one_more_waits_twice_as_long_up_to_a_minute() -> None:
    waits = [
        (next_try(SignInFailures(FREE_OF_ACCOUNT + more, NOON), FREE_OF_ACCOUNT) - NOON)
        // SECOND_US
        for more in (0, 1, 2, 5, 6, 1_000_000)
    ]

    assert waits == [1, 2, 4, 32, 60, 60]


def test_failures_of_an_hour_ago_are_forgotten() -> None:
    before = SignInFailures(100, NOON)

    assert one_more(before, NOON + SECOND_US).count == 101
    assert one_more(before, NOON + HOUR_US).count == 1
    assert one_more(before, NOON - 1).count == 1  # the clock was set back


def test_one_line_of_ipv6_is_one_source() -> None:
    same, other = "2001:db8:1:2::1", "2001:db8:1:3::1"

    assert source_of_address(same) == source_of_address("2001:db8:1:2:ffff::9")
    assert source_of_address(same) != source_of_address(other)
    assert source_of_address("testclient") == "address none"


def test_a_million_names_and_addresses_share_a_bounded_number_of_rows() -> None:
    names = {source_of_name(f"name {number}") for number in range(20_000)}
    addresses = {source_of_address(f"10.{n // 256}.{n % 256}.1") for n in range(20_000)}

    assert len(names) <= 256
    assert len(addresses) <= 4096
