"""Letters to people outside: the words of a consent (42 CFR Part 2, §2.31), and each letter.

A purpose has the most that a consent to it may cover, so that a family never reads a test result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.model.agreement import TextLanguage
from engine.model.instant import Instant


class LetterTo(StrEnum):
    """What kind of recipient a letter goes to."""

    EMPLOYER = "employer"
    COURT = "court"
    LICENSING_BOARD = "licensing_board"
    FAMILY = "family"
    INSURER = "insurer"
    PROVIDER = "provider"


class LetterPurpose(StrEnum):
    """What a letter is for."""

    RETURN_TO_WORK = "return_to_work"
    COURT_REPORT = "court_report"
    LICENCE_REVIEW = "licence_review"
    FAMILY_SUPPORT = "family_support"
    PAYMENT = "payment"
    CARE_COORDINATION = "care_coordination"


class LetterScope(StrEnum):
    """A part of what a consent may cover."""

    PARTICIPATION = "participation"
    ATTENDANCE = "attendance"
    TESTS = "tests"
    PLAN = "plan"


_ALL = frozenset(LetterScope)
# To whom a purpose is, and the most that it may cover.
PURPOSES: Mapping[LetterPurpose, tuple[LetterTo, frozenset[LetterScope]]] = {
    LetterPurpose.RETURN_TO_WORK: (LetterTo.EMPLOYER, _ALL - {LetterScope.PLAN}),
    LetterPurpose.COURT_REPORT: (LetterTo.COURT, _ALL),
    LetterPurpose.LICENCE_REVIEW: (LetterTo.LICENSING_BOARD, _ALL),
    LetterPurpose.FAMILY_SUPPORT: (LetterTo.FAMILY, _ALL - {LetterScope.TESTS}),
    LetterPurpose.PAYMENT: (LetterTo.INSURER, _ALL - {LetterScope.TESTS}),
    LetterPurpose.CARE_COORDINATION: (LetterTo.PROVIDER, _ALL),
}

# The facts that a letter may hold, by the part of the scope that covers them.
FIELDS: Mapping[LetterScope, tuple[str, ...]] = {
    LetterScope.PARTICIPATION: ("since", "now"),
    LetterScope.ATTENDANCE: ("due", "attended", "missed", "excused"),
    LetterScope.TESTS: ("taken", "negative", "positive", "missed", "latest"),
    LetterScope.PLAN: ("program", "phase", "ends"),
}
SCOPE_OF: Mapping[str, LetterScope] = {
    f"{scope}.{name}": scope for scope, names in FIELDS.items() for name in names
}
# What every letter says in any case, because the consent itself names it.
ALWAYS = frozenset({"letter.client", "letter.recipient", "letter.today", "letter.period"})


@dataclass(frozen=True, slots=True)
class LetterConsent:
    """A client's consent that a recipient outside may be written to.

    Attributes:
        how: How it was given, such as `signed form`.
    """

    id: int
    client_id: int
    recipient_kind: LetterTo
    recipient: str
    purpose: LetterPurpose
    scope: frozenset[LetterScope]
    how: str
    given_at: Instant
    expires_at: Instant
    revoked_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class HandedOutLetter:
    """A letter that was handed out, and the SHA-256 of its file."""

    id: int
    at: Instant
    client_id: int
    consent_id: int
    template: str
    language: TextLanguage
    fields: frozenset[str]
    sha256: str
    actor: str
