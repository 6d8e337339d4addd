"""Seals the secrets of authenticator apps with the site's key, so that a database reveals none."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.errors import UserError

SHORTEST = 32  # characters of a key
_SEALED = "sealed:1:"
_NONCE_BYTES = 12


class SealState(StrEnum):
    """How a stored secret stands to the site's keys."""

    PRESENT = "present"  # it is sealed by the present key
    OUTDATED = "outdated"  # it opens, and is to be sealed by the present key
    UNSEALED = "unsealed"  # it is not sealed, and the site has no key
    LOST = "lost"  # no key of the site opens it


def new_key() -> str:
    """Return a new key of 256 bits."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class SecretSeal:
    """Seals by the site's key, and opens by that or the previous one.

    `key` is empty if the site has none: then secrets stay as they are.
    """

    key: str = field(default="", repr=False)
    previous_key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for one in (self.key, self.previous_key):
            if one and len(one) < SHORTEST:
                raise UserError(
                    f"A key of console: has {len(one)} characters, and needs {SHORTEST} at least. "
                    "'handrail accounts key FILE' makes one."
                )

    def seal(self, secret: str, account_id: int) -> str:
        """Return a secret as it may stand in the database, for this account alone."""
        if not self.key:
            return secret
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = _cipher(self.key).encrypt(nonce, secret.encode(), _whose(account_id))
        return _SEALED + urlsafe_b64encode(nonce + sealed).decode()

    def open(self, stored: str, account_id: int) -> str | None:
        """Return the secret; None if no key of the site opens it."""
        return self._opened(stored, account_id)[1]

    def state(self, stored: str, account_id: int) -> SealState:
        """Say how a stored secret stands to the keys."""
        return self._opened(stored, account_id)[0]

    def _opened(self, stored: str, account_id: int) -> tuple[SealState, str | None]:
        if not stored.startswith(_SEALED):
            return (SealState.OUTDATED if self.key else SealState.UNSEALED), stored
        for key, state in (
            (self.key, SealState.PRESENT),
            (self.previous_key, SealState.OUTDATED if self.key else SealState.PRESENT),
        ):
            if key and (secret := _unsealed(key, stored, account_id)) is not None:
                return state, secret
        return SealState.LOST, None


def _unsealed(key: str, stored: str, account_id: int) -> str | None:
    try:
        whole = urlsafe_b64decode(stored.removeprefix(_SEALED))
        nonce, sealed = whole[:_NONCE_BYTES], whole[_NONCE_BYTES:]
        return _cipher(key).decrypt(nonce, sealed, _whose(account_id)).decode()
    except (InvalidTag, ValueError):
        return None


def _cipher(key: str) -> AESGCM:
    # The key is random, so that a slow hash would add nothing.
    return AESGCM(sha256(b"handrail sign-in secrets\n" + key.encode()).digest())


def _whose(account_id: int) -> bytes:
    """Return the account to which a seal is bound, so that a copied row opens nothing."""
    return f"account {account_id}".encode()
