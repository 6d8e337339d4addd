"""Accounts of the console: who signs in, as what, and how long a sign-in lasts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.model.instant import DAY_US, HOUR_US, MINUTE_US, Instant

# How long a link may be used, how long a session lasts without a request, and how long at most.
LINK_US = 24 * HOUR_US
IDLE_US = 15 * MINUTE_US
SESSION_US = 12 * HOUR_US
# How long an account knows a browser after it signed in by it for the first time.
KNOWN_BROWSER_US = 180 * DAY_US
# How long after signing in a person may change how they sign in.
FRESH_US = 15 * MINUTE_US
# How long a passkey's challenge may be answered.
CHALLENGE_US = 5 * MINUTE_US


class AccountRole(StrEnum):
    """What an account is for; the value is its word in commands and in the database."""

    CASE_MANAGER = "case_manager"
    SUPERVISOR = "supervisor"
    CLINICIAN = "clinician"
    OPERATOR = "operator"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the console.

    `staff` is the ref of the member of staff whose account it is; None if it is nobody's on the
    roster, such as an outside auditor's.
    """

    id: int
    name: str
    role: AccountRole
    staff: str | None
    disabled_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A link that signs an account in once."""

    account_id: int
    expires_at: Instant
    used_at: Instant | None


class SignInWay(StrEnum):
    """How a session began; the value is its word in the database."""

    LINK = "link"
    PASSWORD = "password"
    PASSKEY = "passkey"
    IDENTITY_PROVIDER = "identity provider"


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in of an account.

    `handle` names it in pages and commands, and signs nobody in. `seen_at` is about when the
    account last asked for anything. Sessions of older versions know neither way nor browser.
    """

    handle: str
    account_id: int
    began_at: Instant
    seen_at: Instant
    ended_at: Instant | None
    way: SignInWay | None = None
    browser: str | None = None


@dataclass(frozen=True, slots=True)
class Password:
    """An account's password and second factor.

    `used_step` is the newest one-time code that signed in, in half minutes since 1970.
    """

    hash: str
    totp_secret: str  # as the database holds it: sealed if the site has a key
    used_step: int


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey; its bytes are in base64 for URLs, without padding.

    `used_challenge_at` is when the newest challenge was made that it has answered.
    """

    account_id: int
    credential_id: str
    public_key: str
    sign_count: int
    name: str
    made_at: Instant
    used_challenge_at: Instant


@dataclass(frozen=True, slots=True)
class SignInFailures:
    """Wrong sign-ins from one source in a row, and when the last one was."""

    count: int
    last_at: Instant
