"""A client's letters as a page, in facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.model.instant import Instant
from engine.model.letter import HandedOutLetter, LetterConsent
from engine.model.letter_template import LetterTemplate
from engine.model.local_time import Zones


@dataclass(frozen=True, slots=True)
class LetterShown:
    """A letter that was handed out, its consent, and the person who released it."""

    letter: HandedOutLetter
    consent: LetterConsent
    by: str


@dataclass(frozen=True, slots=True)
class LettersPage:
    """A client's letters, and what may be written.

    Attributes:
        templates: Those to a recipient for whom a consent stands.
        may_write: Whether the account may write letters and revoke consents.
        typed: The form as it was typed.
        mistake: Why nothing was done; empty if there is nothing to say.
    """

    ref: str
    zones: Zones
    now: Instant
    consents: tuple[LetterConsent, ...]
    letters: tuple[LetterShown, ...]
    templates: tuple[LetterTemplate, ...]
    may_write: bool
    typed: Mapping[str, str] = field(default_factory=dict)
    mistake: str = ""
