"""Passwords by Argon2id; only this module knows how they are hashed."""

from __future__ import annotations

import secrets
from enum import StrEnum
from unicodedata import normalize

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SHORTEST, LONGEST = 12, 128  # letters
# As OWASP advises: 46 MiB, one pass, one thread.
_KIB = 46 * 1024


class PasswordFault(StrEnum):
    """Why a new password is refused."""

    TOO_SHORT = "too short"
    TOO_LONG = "too long"
    NAME_IN_IT = "name in it"
    TOO_PLAIN = "too plain"
    DIFFER = "differ"


def fault_of(name: str, password: str, again: str) -> PasswordFault | None:
    """Return why a new password is refused; None if it is accepted.

    Args:
        name: The name of the account.
        password: The new password.
        again: The same as it was typed again.
    """
    if password != again:
        return PasswordFault.DIFFER
    if len(password) < SHORTEST:
        return PasswordFault.TOO_SHORT
    if len(password) > LONGEST:
        return PasswordFault.TOO_LONG
    if len(name) > 3 and name.casefold() in password.casefold():
        return PasswordFault.NAME_IN_IT
    return PasswordFault.TOO_PLAIN if len(set(password)) < 5 else None


def hashed(password: str) -> str:
    """Return the hash of a password with its salt and its cost, as PHC text."""
    argon = Argon2id(
        salt=secrets.token_bytes(16), length=32, iterations=1, lanes=1, memory_cost=_KIB
    )
    return argon.derive_phc_encoded(_bytes(password))


def matches(password: str, phc: str | None) -> bool:
    """Return whether a password is the one of a hash.

    Without a hash it takes as long, so that time tells nobody which accounts there are.
    """
    try:
        Argon2id.verify_phc_encoded(_bytes(password[:LONGEST]), phc or _NOBODYS)
    except InvalidKey:
        return False
    return phc is not None


def _bytes(password: str) -> bytes:
    """One form for each way to type a letter with its accent."""
    return normalize("NFKC", password).encode("utf-8", "surrogatepass")


_NOBODYS = "$argon2id$v=19$m=47104,t=1,p=1$" + "A" * 22 + "$" + "A" * 43
