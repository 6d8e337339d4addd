"""Twilio's addresses: one person's number on several channels."""

from __future__ import annotations

import re

_CHANNEL = re.compile(r"(?:whatsapp|rcs|sms):(?=\+[1-9][0-9]{1,14}$)")


def phone_of(address: str) -> str:
    """Return the number of an address such as `whatsapp:+12025550102`, in E.164.

    Args:
        address: Who sent a text, as Twilio says it.

    Returns:
        The number alone; an address that holds none as it is.
    """
    return _CHANNEL.sub("", address)
