"""Supporters: people around a client, what a client lets them know, and their own agreement.

A supporter stands among the staff with a role of their own, so that numbers, STOP, quiet hours and
consents are the same for all. They are told three things at most about a client, and never more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from engine.model.agreement import TextLanguage
from engine.model.instant import Instant
from engine.model.message import MessageKind
from engine.model.notify_reason import NotifyReason
from engine.model.staff import Consent, Staff
from engine.model.supporter_news import SupporterTopic


class SupporterScope(StrEnum):
    """A part of what a client's consent may let a supporter know."""

    MILESTONES = "milestones"
    MISSED_CONTACT = "missed_contact"
    REQUEST_TO_CALL = "request_to_call"
    SESSIONS = "sessions"  # family sessions that the supporter is expected at


# The part of a consent that covers a text; a lesson tells nothing of any client.
SCOPES: Mapping[MessageKind, SupporterScope] = {
    MessageKind.SUPPORTER_MILESTONE: SupporterScope.MILESTONES,
    MessageKind.SUPPORTER_MISSED: SupporterScope.MISSED_CONTACT,
    MessageKind.SUPPORTER_CALL: SupporterScope.REQUEST_TO_CALL,
    MessageKind.SUPPORTER_SESSION: SupporterScope.SESSIONS,
}
TOLD_BY_RULES: Mapping[SupporterTopic, MessageKind] = {
    "milestones": MessageKind.SUPPORTER_MILESTONE,
    "missed_contact": MessageKind.SUPPORTER_MISSED,
}
_WORDS = re.compile(r"[\s,;]+")


def read_scope(text: str) -> frozenset[SupporterScope]:
    """Read the scope of a consent, such as `milestones, request_to_call`.

    Raises:
        ValueError: A word is no part of a scope, or there is none.
    """
    words = [word for word in _WORDS.split(text.strip()) if word]
    known = {one.value for one in SupporterScope}
    wrong = [word for word in words if word not in known]
    if wrong or not words:
        said = f"'{wrong[0]}' is" if wrong else "an empty scope is"
        raise ValueError(f"{said} not one of {', '.join(SupporterScope)}")
    return frozenset(SupporterScope(word) for word in words)


def covers(scope: str, wanted: SupporterScope) -> bool:
    """Return whether the scope of a consent, as it was recorded, covers a part."""
    return wanted.value in _WORDS.split(scope)


@dataclass(frozen=True, slots=True)
class SupporterAgreement:
    """A supporter's own agreement to get texts; a newer one takes the place of an older one.

    Attributes:
        how: How it was given, such as `signed form`.
        quiet_from: When their quiet hours begin, by their clock.
        series: The education series that they want; None if they want none.
        withdrawn_at: When they took it back; None while it stands.
    """

    staff_id: int
    given_at: Instant
    how: str
    language: TextLanguage
    quiet_from: time
    quiet_to: time
    series: str | None = None
    withdrawn_at: Instant | None = None

    def stands(self, now: Instant) -> bool:
        """Return whether it covers a text sent at `now`."""
        return self.given_at <= now and (self.withdrawn_at is None or now < self.withdrawn_at)


@dataclass(frozen=True, slots=True)
class ListedSupporter:
    """A supporter, a client who named them, and what stands between the two now.

    Attributes:
        consent: The consent that is in force; None if none is.
        agreement: The supporter's own; None if none stands.
        call: Whether a request to call could go out now, and if not, why.
    """

    person: Staff
    client: str
    consent: Consent | None
    agreement: SupporterAgreement | None
    call: NotifyReason
