"""How Twilio signs its calls: https://www.twilio.com/docs/usage/webhooks/webhooks-security."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping


def signature(auth_token: str, url: str, form: Mapping[str, str]) -> str:
    """Sign with HMAC-SHA1 the URL, then each field's name and value, ordered by name."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(
        hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()
    ).decode()
