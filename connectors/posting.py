"""One HTTP post to a server that wakes people, and its outcome in the words of the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from engine.model.message import SendResult

_TIMEOUT = (10.0, 10.0)  # seconds to connect and to read; a lease of the outbox counts on them
_LONGEST_WAIT = 600  # seconds; a message that waits longer comes too late to help the text
# A token that is refused may be put right, and the others ask for patience.
_LATER = frozenset({401, 403, 408, 425, 429, 503})


def post(
    url: str, body: bytes, headers: Mapping[str, str], ca_file: Path | None = None
) -> SendResult:
    """Post once. Nothing is followed elsewhere, because a redirect could take secrets along."""
    try:
        with requests.post(
            url, data=body, headers={"Content-Type": "application/json", **headers},
            timeout=_TIMEOUT, allow_redirects=False, verify=_trusted(ca_file), stream=True,
        ) as answer:  # fmt: skip
            return _outcome(answer.status_code, answer.headers.get("Retry-After", ""))
    except (requests.RequestException, OSError) as error:
        return SendResult(
            "retry" if never_reached(error) else "unknown",
            error_text=type(error).__name__,
            answered=False,
        )


def ask(
    method: str, url: str, headers: Mapping[str, str], ca_file: Path | None = None
) -> tuple[int | None, str]:
    """Return the status of an answer, or None and why there is none; nothing is sent to people."""
    try:
        with requests.request(
            method, url, headers=dict(headers), timeout=_TIMEOUT, allow_redirects=False,
            verify=_trusted(ca_file), stream=True,
        ) as answer:  # fmt: skip
            return answer.status_code, ""
    except (requests.RequestException, OSError) as error:
        return None, type(error).__name__


def host_of(url: str) -> str:
    """Return the host of an address, which a sentence may say; a path may hold a secret."""
    return urlsplit(url).netloc


def never_reached(error: Exception) -> bool:
    """Return whether no connection was made, so that the server cannot have taken anything."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if isinstance(error, requests.ConnectionError) and error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _outcome(status: int, retry_after: str) -> SendResult:
    code, wait = str(status), _seconds(retry_after)
    if 200 <= status < 300:
        return SendResult("accepted")
    if status in _LATER or status < 400:
        return SendResult("retry", error_code=code, retry_after=wait, answered=status != 503)
    if status < 500:
        return SendResult("refused", error_code=code)
    return SendResult("unknown", error_code=code, answered=False)


def _seconds(retry_after: str) -> int | None:
    written = retry_after.strip()
    if not written.isascii() or not written.isdecimal():
        return None  # a date counts by the server's clock, and the usual wait is short
    return min(int(written[:9]), _LONGEST_WAIT)


def _trusted(ca_file: Path | None) -> str | bool:
    return str(ca_file) if ca_file else True
