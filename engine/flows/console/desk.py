"""What the console's pages need of the running engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from engine.access.sealing import SecretSeal
from engine.flows.console.study_runner import StudyRunner
from engine.model.instant import Instant
from engine.model.letter_template import LetterTemplate
from engine.model.settings import Settings
from engine.ports import AnySource
from engine.rulebook.core.rulebook import Rulebook
from engine.store.database.connection import Database


@dataclass(frozen=True, slots=True)
class Desk:
    """The database, the clock, the rules that serve now, and the site's settings.

    `wake` begins the next step of a flow at once, because a person put work into the database.
    `sources` read rejected rows again. `letter_templates`
    reads the templates of letters. `seal` closes the secrets of authenticator apps.
    """

    database: Database
    now: Callable[[], Instant]
    rulebook: Callable[[], Rulebook]
    settings: Settings
    wake: Callable[[str], None] = lambda _: None
    sources: Sequence[AnySource] = ()
    letter_templates: Callable[[], Sequence[LetterTemplate]] = tuple
    studies: StudyRunner = field(default_factory=StudyRunner)
    seal: SecretSeal = field(default_factory=SecretSeal)
