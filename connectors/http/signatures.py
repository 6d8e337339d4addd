"""Whether a post is from the sender that it names: signatures and bearer keys."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from connectors.http.settings import HmacSettings
from connectors.standard_webhooks import standard_key
from engine.model.instant import SECOND_US, Instant

# https://www.standardwebhooks.com: how far the sender's clock may be away, either way.
_SKEW_SECONDS = 300
_VERSION = "v1"
_BEARER = re.compile(r"Bearer +(\S{1,500})", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,12}")


class AuthResult(StrEnum):
    """Whether a post is believed, and why not."""

    OK = "ok"
    UNSIGNED = "unsigned"  # the headers that show who it is are missing or no such headers
    WRONG = "wrong"  # they are not of the sender's secret or key
    OUTDATED = "outdated"  # signed more than five minutes ago, or ahead


@dataclass(frozen=True)
class SenderKeys:
    """The secrets and keys of one sender.

    Attributes:
        secrets: The present secret, and perhaps the one before; texts as they are configured.
        signature: How posts are signed; None is Standard Webhooks.
        bearer: SHA-256 of keys, in hex.
    """

    secrets: Sequence[str] = ()
    signature: HmacSettings | None = None
    bearer: Sequence[str] = ()

    def check(self, headers: Mapping[str, str], body: bytes, now: Instant) -> AuthResult:
        """Return whether a post is the sender's.

        Args:
            headers: Its headers, whose names are in lower case.
            body: Its bytes as they came.
            now: The present instant.
        """
        said = _BEARER.fullmatch(headers.get("authorization", "").strip())
        if said and self.bearer:
            digest = sha256(said[1].encode()).hexdigest()
            # Every key is compared, so that the time says nothing about which one was near.
            return _result([hmac.compare_digest(digest, each) for each in self.bearer])
        if not self.secrets:
            return AuthResult.UNSIGNED
        if self.signature is None:
            return self._check_standard(headers, body, now)
        return self._check_own(self.signature, headers, body, now)

    def _check_standard(self, headers: Mapping[str, str], body: bytes, now: Instant) -> AuthResult:
        id_, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        given = [
            each.partition(",")[2]
            for each in headers.get("webhook-signature", "").split()
            if each.startswith(f"{_VERSION},")
        ]
        if not id_ or not given or not _SECONDS.fullmatch(stamp):
            return AuthResult.UNSIGNED
        signed = f"{id_}.{stamp}.".encode() + body
        wanted = [
            base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
            for key in self._standard_keys
        ]
        matches = [_same(one, other) for one in given for other in wanted]
        return _result(matches) if not any(matches) else _fresh(stamp, now)

    def _check_own(
        self, by: HmacSettings, headers: Mapping[str, str], body: bytes, now: Instant
    ) -> AuthResult:
        found = self._written.fullmatch(headers.get(by.header.lower(), "").strip())
        if not found:
            return AuthResult.UNSIGNED
        said = found.groupdict()
        stamp = said.get("timestamp") or headers.get((by.timestamp_header or "").lower(), "")
        before, after = by.of.replace("{timestamp}", stamp).split("{body}")
        if "{timestamp}" in by.of and not _SECONDS.fullmatch(stamp):
            return AuthResult.UNSIGNED
        signed = before.encode() + body + after.encode()
        digests = [hmac.digest(each.encode(), signed, by.algorithm) for each in self.secrets]
        given = said["signature"].lower() if by.encoding == "hex" else said["signature"]
        wanted = [
            each.hex() if by.encoding == "hex" else base64.b64encode(each).decode()
            for each in digests
        ]
        matches = [_same(given, each) for each in wanted]
        if not any(matches) or "{timestamp}" not in by.of:
            return _result(matches)
        return _fresh(stamp, now)

    @cached_property
    def _standard_keys(self) -> list[bytes]:
        return [standard_key(each) for each in self.secrets]

    @cached_property
    def _written(self) -> re.Pattern[str]:
        assert self.signature is not None
        pattern = re.escape(self.signature.written)
        for name in ("signature", "timestamp"):
            pattern = pattern.replace(re.escape("{" + name + "}"), f"(?P<{name}>[^,;\\s]+)")
        return re.compile(pattern)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _result(matches: Sequence[bool]) -> AuthResult:
    return AuthResult.OK if any(matches) else AuthResult.WRONG


def _fresh(stamp: str, now: Instant) -> AuthResult:
    seconds = int(stamp[:10])  # some senders give milliseconds
    near = abs(now // SECOND_US - seconds) <= _SKEW_SECONDS
    return AuthResult.OK if near else AuthResult.OUTDATED
