"""Addresses that we call: https, or plain http to this machine alone."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine itself."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_protected(url: str) -> bool:
    """Return whether nobody between can read a call to an address, which holds no password."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or "@" in parts.netloc or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def _protected(written: str) -> str:
    if not is_protected(written):
        raise ValueError(
            "must be an address such as https://example.org/path; without https only on this "
            "machine, and without a name, a password or a # in it"
        )
    return written.rstrip("/")


ProtectedUrl = Annotated[str, AfterValidator(_protected)]
