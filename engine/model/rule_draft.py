"""Drafts of rule files that people write in the console, and studies of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.model.instant import Instant


class DraftState(StrEnum):
    """Where a draft stands; OPEN and PROPOSED ones are still worked on."""

    OPEN = "open"
    PROPOSED = "proposed"
    RELEASED = "released"
    SENT_BACK = "sent back"  # the second person wants it changed, and its author goes on
    DROPPED = "dropped"


class StudyKind(StrEnum):
    """What a study does."""

    PREVIEW = "preview"
    TUNE = "tune"


class StudyState(StrEnum):
    """How a study ended."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class RuleFileTexts:
    """A rule file and the file of its cases, as texts; an empty one is not there."""

    rules: str
    cases: str


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A draft of a rule file.

    `base` is the file as it was when the author began. `version` rises with each save. `author`
    and `decided_by` are names of accounts; `why` are the author's words to the second person, and
    `answer` those of the second person.
    """

    id: int
    file: str
    author_id: int
    author: str
    state: DraftState
    version: int
    texts: RuleFileTexts
    base: RuleFileTexts
    why: str
    saved_at: Instant
    proposed_at: Instant | None
    decided_at: Instant | None
    decided_by: str | None
    answer: str


@dataclass(frozen=True, slots=True)
class RuleStudy:
    """A study that ended; `by` is the name of the account that began it.

    `asked` are the options of the command, `said` what it wrote about a failure, `page` its HTML,
    and `summary` its figures as JSON.
    """

    id: int
    draft_id: int | None
    by: str
    kind: StudyKind
    state: StudyState
    asked: str
    texts_hash: str
    began_at: Instant
    ended_at: Instant
    said: str
    page: str
    summary: str
