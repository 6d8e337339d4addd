"""Asks an identity provider who a person is; sole importer of Authlib and joserfc.

It is an authorization code with PKCE (RFC 7636). The provider's published keys check the identity
token, and nothing that the token says about itself does.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from engine.model.identity_provider import IdentityProviderSettings, SignInRequest
from engine.model.instant import SECOND_US, Instant

# Signatures by the provider's private keys; never by a shared secret, and never none.
_ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA")
_TIMEOUT = 5.0  # seconds
_LEEWAY = 60  # seconds by which clocks may differ
_MOST_BYTES = 1_000_000
# What the libraries raise for whatever a provider may answer.
_BAD_ANSWERS = (
    AuthlibBaseError,
    JoseError,
    RequestException,
    ValueError,
    LookupError,
    TypeError,
    OSError,
    RecursionError,
)


class IdentityProviderError(Exception):
    """The provider is out of reach, or does not show who the person is; the text is for the log."""


class IdentityProvider:
    """The provider of a site; what it publishes about itself is read once."""

    def __init__(
        self,
        settings: IdentityProviderSettings,
        secret: str,
        console: str,
        now: Callable[[], Instant],
    ) -> None:
        """Take the settings; nothing is asked yet.

        Args:
            settings: Where the provider is.
            secret: The secret by which it knows the console.
            console: The URL by which people call the console.
            now: Tells the present instant.
        """
        self.name = settings.name
        self._settings = settings
        self._secret = secret
        self._back = f"{console}/sso/return"
        self._now = now
        self._published: Mapping[str, Any] = {}

    def begin(self) -> SignInRequest:
        """Begin a sign-in.

        Raises:
            IdentityProviderError: The provider cannot be reached.
        """
        nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        with self._session() as session:
            published = self._discover(session)
            address, state = session.create_authorization_url(
                published["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        return SignInRequest(address, state, nonce, verifier)

    def finish(self, code: str, nonce: str, verifier: str) -> str:
        """Return the claim by which an account is known.

        Args:
            code: The code that the browser brought back.
            nonce: The number of the sign-in request.
            verifier: Its verifier.

        Raises:
            IdentityProviderError: The provider cannot be reached, refuses the code, or its identity
                token is not right.
        """
        try:
            with self._session() as session:
                published = self._discover(session)
                tokens = session.fetch_token(
                    published["token_endpoint"], code=code, code_verifier=verifier, timeout=_TIMEOUT
                )
                claims = self._claims(session, published, str(tokens.get("id_token", "")), nonce)
        except _BAD_ANSWERS as e:
            raise IdentityProviderError(f"{type(e).__name__}: {e}") from None
        return self._claim(claims)

    def _session(self) -> OAuth2Session:
        session = OAuth2Session(
            self._settings.client_id,
            self._secret,
            scope="openid email profile",
            redirect_uri=self._back,
            code_challenge_method="S256",
            default_timeout=_TIMEOUT,
        )
        session.trust_env = False  # a netrc file must not answer for us
        return session

    def _discover(self, session: OAuth2Session) -> Mapping[str, Any]:
        """Return what the provider publishes about itself."""
        if not self._published:
            issuer = self._settings.issuer
            found = self._get(session, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise IdentityProviderError("what is published there names another issuer")
            if not {"authorization_endpoint", "token_endpoint", "jwks_uri"} <= found.keys():
                raise IdentityProviderError("what is published there lacks an address")
            self._published = found
        return self._published

    def _claims(
        self, session: OAuth2Session, published: Mapping[str, Any], token: str, nonce: str
    ) -> Mapping[str, Any]:
        keys = KeySet.import_key_set(self._get(session, published["jwks_uri"]))  # type: ignore[arg-type]
        read = jwt.decode(token, keys, algorithms=_ALGORITHMS)
        required = jwt.JWTClaimsRegistry(
            now=self._now() // SECOND_US,
            leeway=_LEEWAY,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        required.validate(read.claims)
        others = read.claims.get("azp", self._settings.client_id)
        if others != self._settings.client_id:
            raise IdentityProviderError("the identity token was made for another program")
        return read.claims

    def _claim(self, claims: Mapping[str, Any]) -> str:
        found = claims.get(self._settings.claim)
        if not isinstance(found, str) or not found:
            raise IdentityProviderError(f"the identity token has no claim {self._settings.claim}")
        if self._settings.claim == "email" and claims.get("email_verified") is not True:
            raise IdentityProviderError("the provider has not verified the e-mail address")
        return found

    def _get(self, session: OAuth2Session, address: str) -> Mapping[str, Any]:
        try:
            answer = session.get(
                address, withhold_token=True, timeout=_TIMEOUT, allow_redirects=False, stream=True
            )
            body = answer.raw.read(_MOST_BYTES + 1, decode_content=True)
            answer.raise_for_status()
            found = json.loads(body)
        except _BAD_ANSWERS as error:
            raise IdentityProviderError(f"{type(error).__name__}: {error}") from None
        if not isinstance(found, dict):
            raise IdentityProviderError(f"{address} answers with something else")
        return found
