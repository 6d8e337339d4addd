"""Accounts of the console: who signs in, as what, and how long a sign-in lasts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.model.instant import HOUR_US, MINUTE_US, Instant

# How long a link may be used, how long a session lasts without a request, and how long at most.
LINK_US = 24 * HOUR_US
IDLE_US = 15 * MINUTE_US
SESSION_US = 12 * HOUR_US


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


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in of an account; `seen_at` is about when the account last asked for anything."""

    account_id: int
    began_at: Instant
    seen_at: Instant
    ended_at: Instant | None
