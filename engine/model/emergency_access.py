"""Emergency access: a person opens a client who is not theirs, gives a reason, and is reviewed."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.instant import DAY_US, HOUR_US, Instant

LASTS_US = 4 * HOUR_US
# Supervisors are reminded of one that nobody has reviewed for a day, and admins after three.
REVIEWED_WITHIN_US, ADMINS_AFTER_US = DAY_US, 3 * DAY_US
SHORTEST_REASON, LONGEST_REASON = 10, 500  # letters


@dataclass(frozen=True, slots=True)
class EmergencyAccess:
    """An account's access to a client from `began_at` until `ends_at`, or until its review.

    `client` is the client's ref, and `account` and `reviewed_by` are names of accounts. `finding`
    is in the reviewer's words.
    """

    id: int
    account: str
    client_id: int
    client: str
    reason: str
    began_at: Instant
    ends_at: Instant
    reviewed_at: Instant | None
    reviewed_by: str | None
    finding: str | None


@dataclass(frozen=True, slots=True)
class EmergencyPage:
    """The newest emergency accesses, those without a review first."""

    accesses: tuple[EmergencyAccess, ...]
    may_review: bool
    now: Instant


def is_overdue(one: EmergencyAccess, now: Instant) -> bool:
    """Return whether nobody has reviewed an access in time."""
    return one.reviewed_at is None and now - one.began_at > REVIEWED_WITHIN_US
