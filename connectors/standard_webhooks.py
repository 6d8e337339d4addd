"""The secrets of Standard Webhooks (https://www.standardwebhooks.com), as both sides read them."""

from __future__ import annotations

import base64
import binascii

_PREFIX = "whsec_"


def standard_key(secret: str) -> bytes:
    """Return the bytes of a secret; one without the usual prefix or base64 is its own bytes."""
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()
