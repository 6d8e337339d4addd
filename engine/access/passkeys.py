"""Passkeys: what a browser is asked, and whether its answer counts; sole importer of webauthn.

A challenge holds when it was made and a signature, so that nothing is kept for each one.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from engine.model.account import CHALLENGE_US, Account, Passkey
from engine.model.instant import Instant

_VERIFIED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The console as passkeys know it.

    `id` is the host by which people call it, which must be a name; `origin` is its URL.
    """

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class AnsweredChallenge:
    """When the challenge was made that a passkey answered, and how often the passkey has signed."""

    challenge_at: Instant
    sign_count: int


def creation_options(
    party: RelyingParty, key: str, account: Account, known: Sequence[Passkey], now: Instant
) -> Mapping[str, Any]:
    """Return what a browser is asked to make a passkey; `known` ones are not made again."""
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name="Handrail",
        user_name=account.name,
        user_id=f"account {account.id}".encode(),
        challenge=_challenge(key, f"make {account.id}", now),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(base64url_to_bytes(one.credential_id)) for one in known
        ],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
    )
    return dict(json.loads(options_to_json(options)))


def made(
    party: RelyingParty, key: str, account: Account, name: str, answer: str, now: Instant
) -> Passkey | None:
    """Return the passkey that a browser made; None if its answer does not count.

    Args:
        party: The console.
        key: The key of the console.
        account: Whose passkey it is.
        name: What the person calls it.
        answer: What the browser sent, as JSON.
        now: The present instant.
    """
    challenge = _answered(key, f"make {account.id}", answer, now)
    if challenge is None:
        return None
    try:
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        return None
    return Passkey(
        account.id,
        bytes_to_base64url(found.credential_id),
        bytes_to_base64url(found.credential_public_key),
        found.sign_count,
        name,
        now,
        _made_at(challenge),
    )


def sign_in_options(party: RelyingParty, key: str, now: Instant) -> Mapping[str, Any]:
    """Return what a browser is asked to sign in by any passkey that it has for the console."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id, challenge=_challenge(key, "sign in", now), user_verification=_VERIFIED
    )
    return dict(json.loads(options_to_json(options)))


def credential_of(answer: str) -> str:
    """Return the id of the passkey that a browser answers by; empty if the answer names none."""
    found = _json(answer).get("id")
    return found if isinstance(found, str) and found.isascii() else ""


def answered(
    party: RelyingParty, key: str, passkey: Passkey, answer: str, now: Instant
) -> AnsweredChallenge | None:
    """Return the challenge that a passkey answered; None if its answer does not count."""
    challenge = _answered(key, "sign in", answer, now)
    if challenge is None:
        return None
    try:
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        return None
    return AnsweredChallenge(_made_at(challenge), found.new_sign_count)


def _challenge(key: str, purpose: str, now: Instant) -> bytes:
    start = now.to_bytes(8) + secrets.token_bytes(16)
    return start + _signature(key, purpose, start)


def _signature(key: str, purpose: str, start: bytes) -> bytes:
    return hmac.digest(key.encode(), purpose.encode() + b"\0" + start, sha256)


def _made_at(challenge: bytes) -> Instant:
    return int.from_bytes(challenge[:8])


def _answered(key: str, purpose: str, answer: str, now: Instant) -> bytes | None:
    """Return the challenge of an answer if we made it for this purpose and it is not too old."""
    response = _json(answer).get("response")
    try:
        client = json.loads(base64url_to_bytes(dict(response or {})["clientDataJSON"]))
        challenge = base64url_to_bytes(client["challenge"])
    except (LookupError, TypeError, ValueError, AttributeError):
        return None
    start, signature = challenge[:24], challenge[24:]
    ours = hmac.compare_digest(signature, _signature(key, purpose, start))
    return challenge if ours and 0 <= now - _made_at(challenge) < CHALLENGE_US else None


def _json(answer: str) -> Mapping[str, Any]:
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
