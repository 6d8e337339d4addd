"""One-time codes of an authenticator app (RFC 6238), and recovery codes; sole importer of pyotp."""

from __future__ import annotations

import re
import secrets

import pyotp

from engine.model.instant import SECOND_US, Instant

RECOVERY_CODES = 10
_STEP_US = 30 * SECOND_US
# Letters that people do not take for one another.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_SECRET = re.compile(r"[A-Z2-7]{32}")


def new_secret() -> str:
    """Return a secret for an authenticator app, 160 bits in base 32."""
    return pyotp.random_base32(32)


def is_secret(text: str) -> bool:
    """Return whether a form gave a secret back as `new_secret` makes them."""
    return _SECRET.fullmatch(text) is not None


def address(secret: str, name: str) -> str:
    """Return the otpauth:// address of a secret, which apps read as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Handrail")


def step_of(secret: str, code: str, now: Instant) -> int | None:
    """Return the half minute since 1970 whose code this is; None if it is of none near `now`.

    A phone's clock may be half a minute off.
    """
    digits = code.replace(" ", "")
    totp = pyotp.TOTP(secret)
    present = now // _STEP_US
    for step in (present, present - 1, present + 1):
        if digits.isascii() and secrets.compare_digest(totp.at(step * 30), digits):
            return step
    return None


def recovery_codes() -> list[str]:
    """Return new recovery codes; each signs in once in place of the app."""
    return [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
        for _ in range(RECOVERY_CODES)
    ]


def as_recovery_code(text: str) -> str:
    """Return a recovery code as it was made, however a person typed it."""
    letters = "".join(text.lower().split()).replace("-", "")
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
