"""Staff, mentors and supporters, and the consents under which these may be told about a client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Literal, Protocol

from engine.model.instant import Instant
from engine.model.notify_reason import NotifyReason, SettlementReason

Role = Literal["case_manager", "mentor", "supervisor", "on_call", "prescriber", "admin"]
ROLES: tuple[Role, ...] = ("case_manager", "mentor", "supervisor", "on_call", "prescriber", "admin")
# A supporter, such as a mother, has no part in any policy and acts on no alert.
PersonRole = Role | Literal["supporter"]
PERSON_ROLES: tuple[PersonRole, ...] = (*ROLES, "supporter")


def shown(ref: str, call_name: str | None) -> str:
    """Name a member of staff or mentor on a page: `Sam (S-1)`, or by the ref alone."""
    return f"{call_name} ({ref})" if call_name else ref


@dataclass(frozen=True, slots=True)
class Staff:
    """A person who can be told: a member of staff, a mentor, who is a peer, or a supporter."""

    id: int
    ref: str
    role: PersonRole
    phone: str | None  # E.164
    timezone: str
    quiet_from: time | None  # local; quiet hours may run over midnight
    quiet_to: time | None
    active: bool = True
    call_name: str | None = None  # the word by which colleagues know them
    confirmed_phone: str | None = None  # the number that was confirmed to be theirs

    @property
    def shown(self) -> str:
        """The person as pages and commands name them."""
        return shown(self.ref, self.call_name)

    @property
    def works_here(self) -> bool:
        """Whether they are a member of staff, and neither a mentor nor a supporter."""
        return self.role not in {"mentor", "supporter"}

    @property
    def phone_confirmed(self) -> bool:
        """Whether the number that they have now was confirmed to be theirs."""
        return self.phone is not None and self.phone == self.confirmed_phone


class Reachable(Protocol):
    """A person who can get texts: of the staff, a mentor, a supporter, or a client who agreed."""

    @property
    def phone(self) -> str | None:
        """The number, in E.164."""

    @property
    def timezone(self) -> str:
        """The timezone of the quiet hours."""

    @property
    def quiet_from(self) -> time | None:
        """When quiet hours begin; they may run over midnight."""

    @property
    def quiet_to(self) -> time | None:
        """When quiet hours end."""

    @property
    def active(self) -> bool:
        """Whether the person gets texts at all."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person's role for a client, from `began` until just before `ended`."""

    client_id: int
    staff_id: int
    role: Role
    began: Instant
    ended: Instant | None

    def lasts(self, now: Instant) -> bool:
        """Return whether it covers an instant."""
        return self.began <= now and (self.ended is None or now < self.ended)


@dataclass(frozen=True, slots=True)
class Consent:
    """A client's consent that one mentor or supporter may be told (42 CFR Part 2 §2.31).

    It has a scope, a purpose and an expiry.
    """

    client_id: int
    staff_id: int
    alias: str  # the client's name in a message to the mentor; "" for a supporter
    scope: str
    purpose: str
    given_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None
    relation: str | None = None  # who a supporter is to the client, such as mother
    how: str | None = None  # how it was given, such as `signed form`

    def valid(self, now: Instant) -> bool:
        """Return whether it covers a message sent at `now`."""
        return (
            self.given_at <= now
            and (self.expires_at is None or now < self.expires_at)
            and (self.revoked_at is None or now < self.revoked_at)
        )


@dataclass(frozen=True, slots=True)
class SupporterFacts:
    """What counts for a text to a supporter, besides their number and the client's consents.

    Attributes:
        agreed: Whether their own agreement to get texts stands.
        series: The education series that they agreed to; None if they agreed to none.
        shared: Whether their number is also that of a client, or of the staff.
    """

    agreed: bool = True
    series: str | None = None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class RecipientFacts:
    """The facts about a person at the instant at which they would be notified."""

    staff: Reachable
    opted_out: bool = False  # the number said STOP
    unconfirmed: bool = False  # numbers are verified here, and theirs is not confirmed
    absent: bool = False
    as_mentor: bool = False  # told as a mentor, who needs a consent
    consents: tuple[Consent, ...] = ()  # the client's consents to them, the newest last
    supporter: SupporterFacts | None = None  # None if they are no supporter
    responsible: bool = True  # assigned to the client, or on call, in the role that is told


@dataclass(frozen=True, slots=True)
class SkippedRecipient:
    """A person who cannot be told now, or a role that nobody has, and why."""

    role: Role | None
    staff_id: int | None
    reason: NotifyReason | SettlementReason
    stand_in_id: int | None = None  # the stand-in of an absent person
    rotation: str | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person who can be told about a client now.

    `alias` is the client's name in a mentor's consent.
    """

    staff: Staff
    alias: str | None = None
