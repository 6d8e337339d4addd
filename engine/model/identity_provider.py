"""The identity provider of a site, by which people sign in to the console (OpenID Connect)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from engine.model.secret import Secret
from engine.model.strict import Strict


class IdentityProviderSettings(Strict):
    """Where the provider is, how it knows the console, and which claim names an account.

    Attributes:
        issuer: The provider's address, which begins with https://.
        client_id: The id under which the provider knows the console.
        client_secret: Where the secret is that the provider gave the console.
        claim: The claim of the provider that names an account.
        name: What people call the provider, on the page where they sign in.
    """

    issuer: str
    client_id: str
    client_secret: Secret
    claim: Annotated[str, Field(min_length=1)] = "email"
    name: Annotated[str, Field(min_length=1, max_length=40)] = "single sign-on"

    @field_validator("issuer")
    @classmethod
    def _safe(cls, issuer: str) -> str:
        parts = urlsplit(issuer)
        local = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
        if not parts.hostname or (parts.scheme != "https" and not local):
            raise ValueError("must begin with https://, because others can read what http:// sends")
        return issuer


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """A sign-in that has begun at the provider.

    `address` is where the browser goes. The browser keeps the other three until it comes back.
    """

    address: str
    state: str
    nonce: str
    verifier: str
