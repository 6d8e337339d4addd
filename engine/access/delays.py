"""Decides how long a person waits after wrong sign-ins; nobody is ever locked out; pure."""

from __future__ import annotations

from hashlib import sha256
from ipaddress import ip_address, ip_network

from engine.model.account import SignInFailures
from engine.model.instant import HOUR_US, SECOND_US, Instant

# So many may be wrong in a row before a person waits, longer with each, up to a minute.
FREE_OF_ACCOUNT = 5
FREE_OF_ADDRESS = 20
_LONGEST_US = 60 * SECOND_US
_FORGOTTEN_US = HOUR_US
_UNKNOWN_NAMES = 256
_ADDRESSES = 4096


def next_try(failures: SignInFailures | None, free: int) -> Instant:
    """Return when a source may try again; 0 if at once.

    Args:
        failures: Its failures in a row; None if it has none.
        free: How many may fail before it waits.
    """
    if failures is None or failures.count < free:
        return 0
    steps = min(failures.count - free, 10)
    return failures.last_at + min(2**steps * SECOND_US, _LONGEST_US)


def one_more(failures: SignInFailures | None, now: Instant) -> SignInFailures:
    """Return the failures of a source after one more; those of an hour ago are forgotten."""
    if failures is None or not 0 <= now - failures.last_at < _FORGOTTEN_US:
        return SignInFailures(1, now)
    return SignInFailures(failures.count + 1, now)


def source_of_name(name: str) -> str:
    """Return the source under which an account that does not exist counts.

    It waits as one that exists does, so that waiting tells nobody which names there are. Names
    share few sources, so that no number of them fills the database.
    """
    return f"unknown {_number(name, _UNKNOWN_NAMES)}"


def source_of_address(address: str) -> str:
    """Return the source under which an address counts; an IPv6 network of one line is one."""
    try:
        known = ip_address(address)
        network = ip_network((known, 64 if known.version == 6 else 32), strict=False)
    except ValueError:
        return "address none"
    return f"address {_number(str(network), _ADDRESSES)}"


def _number(text: str, most: int) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:4]) % most
