"""Says to a FHIR server who we are, as SMART Backend Services or in simpler ways."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from connectors.fhir.settings import FhirAuth
from engine.errors import UserError

_TIMEOUT = (10, 30)  # seconds to connect, and between two pieces of an answer
_ASSERTION = timedelta(minutes=4)  # servers refuse more than five
_SKEW = timedelta(seconds=30)  # by which the server's clock may be behind ours
_EARLIER = timedelta(seconds=60)  # a token is renewed so long before its end
_SHORTEST = 300  # seconds that a token lasts if the server does not say


class Credentials(Protocol):
    """The headers that say who we are."""

    def headers(self, session: requests.Session, now: datetime) -> Mapping[str, str]:
        """Return the headers of a request that is made now.

        Raises:
            UserError: A secret is missing, or the server gives no token.
        """

    def renew(self) -> bool:
        """Forget a token that was refused; return whether another can be had."""


def open_credentials(auth: FhirAuth | None, base: str) -> Credentials:
    """Return the credentials for a server."""
    if auth is not None and auth.client_id is not None:
        return SmartCredentials(auth, base)
    return FixedCredentials(auth)


class FixedCredentials:
    """A bearer token, a name and a password, or nothing."""

    def __init__(self, auth: FhirAuth | None) -> None:
        """Keep where the secrets are."""
        self._auth = auth

    def headers(self, session: requests.Session, now: datetime) -> Mapping[str, str]:
        """Return the header with the secret as it is now, because a file may change."""
        if self._auth is None:
            return {}
        if self._auth.bearer is not None:
            return {"Authorization": f"Bearer {self._auth.bearer.read(os.environ)}"}
        assert self._auth.password is not None
        pair = f"{self._auth.user}:{self._auth.password.read(os.environ)}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    def renew(self) -> bool:
        """Return False: there is no other."""
        return False


class SmartCredentials:
    """SMART Backend Services: an assertion that our key signs buys a token for some minutes."""

    def __init__(self, auth: FhirAuth, base: str) -> None:
        """Keep where the key is; the token is first asked for by a request."""
        self._auth, self._base = auth, base
        self._token: str | None = None
        self._until: datetime | None = None

    def headers(self, session: requests.Session, now: datetime) -> Mapping[str, str]:
        """Return the header with a token that lasts a while yet."""
        if self._token is None or self._until is None or now >= self._until:
            self._buy(session, now)
        return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> bool:
        """Forget the token; the next request asks for another."""
        known, self._token = self._token, None
        return known is not None

    def _buy(self, session: requests.Session, now: datetime) -> None:
        url = self._auth.token_url or self._discovered(session)
        form = {
            "grant_type": "client_credentials",
            "scope": self._auth.scope,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self._assertion(url, now),
        }
        said = _json(session, "post", url, data=form)
        if not isinstance(token := said.get("access_token"), str):
            raise UserError("The token server gives no access_token.")
        lasts = said.get("expires_in")
        seconds = lasts if isinstance(lasts, int) else _SHORTEST
        self._token, self._until = token, now + timedelta(seconds=seconds) - _EARLIER

    def _discovered(self, session: requests.Session) -> str:
        said = _json(session, "get", f"{self._base}/.well-known/smart-configuration")
        url = said.get("token_endpoint")
        if not isinstance(url, str) or not url.startswith(
            ("https://", "http://127.0.0.1", "http://localhost")
        ):
            raise UserError("The server names no token_endpoint; write token_url: under auth:.")
        return url

    def _assertion(self, audience: str, now: datetime) -> str:
        assert self._auth.key is not None
        try:
            key = load_pem_private_key(self._auth.key.read(os.environ).encode(), password=None)
        except (ValueError, TypeError):
            raise UserError("The key: of auth: is no private key in PEM form.") from None
        claims = {
            "iss": self._auth.client_id, "sub": self._auth.client_id, "aud": audience,
            "jti": str(uuid4()), "iat": now - _SKEW, "exp": now + _ASSERTION,
        }  # fmt: skip
        algorithm = "ES384" if isinstance(key, EllipticCurvePrivateKey) else "RS384"
        headers = {"kid": self._auth.kid} if self._auth.kid else None
        return jwt.encode(claims, key, algorithm=algorithm, headers=headers)  # type: ignore[arg-type]


def _json(session: requests.Session, method: str, url: str, **more: Any) -> dict[str, Any]:
    try:
        answer = session.request(method, url, timeout=_TIMEOUT, allow_redirects=False, **more)
        said = answer.json() if answer.ok else None
    except (requests.RequestException, ValueError) as error:
        raise UserError(f"The token server cannot be asked: {type(error).__name__}.") from None
    if not isinstance(said, dict):
        raise UserError(f"The token server refuses us ({answer.status_code}).")
    return said
