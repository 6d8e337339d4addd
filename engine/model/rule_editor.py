"""What the console's pages about drafts of rules show, in facts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.errors import Mistake
from engine.model.case_timeline import CaseResult
from engine.model.instant import Instant
from engine.model.rule_draft import RuleDraft, RuleFileTexts, RuleStudy


class DraftNotice(StrEnum):
    """What became of a button on a page about a draft; the page says it in words."""

    NOTHING = "nothing"
    BEGUN = "begun"
    SAVED = "saved"
    CHECKED = "checked"
    SAVED_ELSEWHERE = "saved elsewhere"  # another window saved since; the page holds the typed text
    IS_PROPOSED = "is proposed"  # nothing was saved; the page holds the typed text
    MISTAKES = "mistakes"  # it cannot be proposed with mistakes
    NO_CHANGE = "no change"  # the folder holds the same already
    NO_REASON = "no reason"
    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"
    BASE_CHANGED = "base changed"  # the file in the folder is no longer the one that it began with
    REBASED = "rebased"
    SENT_BACK = "sent back"
    DROPPED = "dropped"
    RELEASED = "released"
    ALREADY_RELEASED = "already released"
    OWN_DRAFT = "own draft"  # the author cannot approve it
    MOVED_ON = "moved on"  # the draft is no longer the one that the page showed
    NOT_WRITABLE = "not writable"
    CASES_FAIL = "cases fail"  # it is released with them only if a person says so
    NO_ANSWER = "no answer"
    HAS_DRAFT = "has draft"  # the account must end its own draft before it goes back to a version


@dataclass(frozen=True, slots=True)
class RuleChange:
    """How a rule differs from the one that serves, and its sentences before (-) and after (+)."""

    rule_id: str
    how: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleInWords:
    """A rule of a draft, explained in lines of text with indented lists."""

    rule_id: str
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleHint:
    """A word that may stand at the cursor, and its meaning in a sentence.

    `insert` takes the place of the last `back` characters.
    """

    word: str
    insert: str
    back: int
    says: str


@dataclass(frozen=True, slots=True)
class DraftCheck:
    """What a check says of a draft.

    Mistakes `elsewhere` stand in other files of the folder. `changes` compare with the rules that
    serve; they and `rules` are empty while there are mistakes.
    """

    mistakes: tuple[Mistake, ...]
    elsewhere: tuple[Mistake, ...]
    warnings: tuple[Mistake, ...]
    changes: tuple[RuleChange, ...]
    rules: tuple[RuleInWords, ...]

    @property
    def usable(self) -> bool:
        """Whether the set could serve."""
        return not self.mistakes and not self.elsewhere


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A draft as an account sees it.

    `shown` is what the text areas hold: what was typed, if that could not be saved. `present` is
    the file in the folder now; None if it is not there. `others` are drafts of the same file by
    other accounts. `cases` is None if they were not tried, and empty if there are none. `serves`
    says whether the rules that serve hold the draft's text, or the file is gone that it removes.
    """

    draft: RuleDraft
    shown: RuleFileTexts
    mine: bool
    may_release: bool
    one_person: bool
    present: RuleFileTexts | None
    others: tuple[RuleDraft, ...]
    notice: DraftNotice
    checked: DraftCheck | None = None
    cases: tuple[CaseResult, ...] | None = None
    serves: bool = False

    @property
    def base_changed(self) -> bool:
        """Whether the file in the folder is no longer the one that the draft began with."""
        return (self.present or RuleFileTexts("", "")) != self.draft.base


@dataclass(frozen=True, slots=True)
class RuleFilePage:
    """A rule file as it stands in the folder, and who is at work on it.

    `rules` has the id and the title of each rule in it that serves. `own_draft` is the account's
    own draft, if it has one.
    """

    file: str
    texts: RuleFileTexts
    rules: tuple[tuple[str, str], ...]
    drafts: tuple[RuleDraft, ...]
    own_draft: int | None
    may_edit: bool


@dataclass(frozen=True, slots=True)
class RuleFileCard:
    """A rule file in the list: how many rules of it serve, and who is at work on it.

    `in_folder` is False for a file that is a draft so far.
    """

    file: str
    rules: int
    drafts: tuple[RuleDraft, ...]
    in_folder: bool


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A version of a rule file that served from an instant on; `by` if it was released here."""

    rule_set: int
    at: Instant
    texts: RuleFileTexts
    by: RuleDraft | None


@dataclass(frozen=True, slots=True)
class FileHistory:
    """The versions of a rule file that have served, the newest first; `present` is the file now."""

    file: str
    present: RuleFileTexts
    versions: tuple[FileVersion, ...]
    own_draft: int | None
    may_edit: bool


@dataclass(frozen=True, slots=True)
class RunningStudy:
    """A study at work: what it is, and how many clients of how many it has replayed."""

    study: RuleStudy
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class StudiesPage:
    """The study at work, those that have ended, and the rules that one may ask about."""

    running: RunningStudy | None
    ended: tuple[RuleStudy, ...]
    rules: tuple[tuple[str, str], ...]
