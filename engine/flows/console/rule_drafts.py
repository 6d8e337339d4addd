"""Drafts of rule files: beginning, saving and checking them; nothing typed is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access, may
from engine.errors import Mistake, MistakesError
from engine.flows.console import rule_cases
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.rules import typed_files
from engine.model.rule_draft import DraftState, RuleDraft, RuleFileTexts
from engine.model.rule_editor import (
    DraftCheck,
    DraftNotice,
    DraftPage,
    RuleChange,
    RuleFileCard,
    RuleFilePage,
    RuleInWords,
)
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.english.differences import differences, in_words
from engine.rulebook.english.explain import explain
from engine.store.database.locks import lock
from engine.store.operations import rule_drafts

ENDED = frozenset({DraftState.RELEASED, DraftState.DROPPED})
NO_FILE = RuleFileTexts("", "")


def open_files(desk: Desk, who: SignedIn) -> tuple[RuleFileCard, ...] | Access:
    """Return the rule files of the folder, with who is at work on each."""
    access = may(who.account.role, Ability.SEE_RULES)
    if access is not Access.GRANTED:
        return access
    with desk.database.read() as conn:
        standing = rule_drafts.standing(conn)
    book = desk.rulebook()
    present = frozenset(typed_files.names(desk.settings))
    names = present | {one.file for one in standing}
    return tuple(
        RuleFileCard(
            name,
            len(rules_of(book, name)),
            tuple(one for one in standing if one.file == name),
            name in present,
        )
        for name in sorted(names)
    )


def open_file(desk: Desk, who: SignedIn, file: str) -> RuleFilePage | Access | None:
    """Return a rule file as it stands in the folder; None if there is none of this name."""
    access = may(who.account.role, Ability.SEE_RULES)
    if access is not Access.GRANTED:
        return access
    texts = _present(desk, file)
    if texts is None:
        return None
    with desk.database.read() as conn:
        standing = tuple(rule_drafts.standing(conn, file))
    book = desk.rulebook()
    own = (one.id for one in standing if one.author_id == who.account.id)
    return RuleFilePage(
        file,
        texts,
        tuple((one, book.rules[one].title) for one in rules_of(book, file)),
        standing,
        next(own, None),
        may(who.account.role, Ability.EDIT_RULES) is Access.GRANTED,
    )


def begin(desk: Desk, who: SignedIn, file: str) -> int | Access | None:
    """Begin a draft of a file, or go on with the account's own; return its id.

    Returns:
        The id, or why the account must not; None if there is no such file.
    """
    access = may(who.account.role, Ability.EDIT_RULES)
    if access is not Access.GRANTED:
        return access
    texts = _present(desk, file)
    if texts is None:
        return None
    with desk.database.write() as conn:
        lock(conn, "rule")
        for one in rule_drafts.standing(conn, file):
            if one.author_id == who.account.id:
                return one.id
        return rule_drafts.begin(conn, file, who.account.id, texts, texts, desk.now())


def open_draft(
    desk: Desk, who: SignedIn, draft_id: int, notice: DraftNotice = DraftNotice.NOTHING
) -> DraftPage | Access | None:
    """Return a draft with its check; None if there is none of this id."""
    access = may(who.account.role, Ability.SEE_RULES)
    if access is not Access.GRANTED:
        return access
    return page_of(desk, who, draft_id, notice)


def save(
    desk: Desk, who: SignedIn, draft_id: int, version: int, typed: RuleFileTexts
) -> DraftPage | Access | None:
    """Save the typed text, and check it.

    If another window has saved since, nothing is overwritten: the page holds what was typed, and
    the draft what was saved.

    Args:
        desk: The engine as pages see it.
        who: The author.
        draft_id: The draft.
        version: The version that the window began with.
        typed: What it holds now.
    """
    with desk.database.write() as conn:
        draft = own(conn, who, draft_id)
        if not isinstance(draft, RuleDraft):
            return draft
        typed = _like(draft.base, typed)
        notice = DraftNotice.SAVED
        if typed != draft.texts:
            saved = version == draft.version and rule_drafts.save(
                conn, draft.id, version, typed, draft.base, desk.now()
            )
            if draft.state is DraftState.PROPOSED:
                notice = DraftNotice.IS_PROPOSED
            elif not saved:
                notice = DraftNotice.SAVED_ELSEWHERE
    return page_of(desk, who, draft_id, notice, typed)


def with_cases(desk: Desk, page: DraftPage) -> DraftPage:
    """Try the cases of a page's draft as well, if it has no mistakes."""
    if page.checked is None or not page.checked.usable:
        return page
    return replace(page, cases=rule_cases.tried(desk.settings, page.draft.file, page.shown))


def rebase(desk: Desk, who: SignedIn, draft_id: int, version: int) -> DraftPage | Access | None:
    """Say that the draft holds all that changed in the folder, so that it follows from it now."""
    with desk.database.write() as conn:
        draft = own(conn, who, draft_id)
        if not isinstance(draft, RuleDraft):
            return draft
        present = _present(desk, draft.file) or NO_FILE
        done = rule_drafts.save(conn, draft.id, version, draft.texts, present, desk.now())
    return page_of(desk, who, draft_id, DraftNotice.REBASED if done else DraftNotice.MOVED_ON)


def drop(desk: Desk, who: SignedIn, draft_id: int, version: int) -> RuleDraft | Access | None:
    """Give a draft up; its texts stay in the database."""
    with desk.database.write() as conn:
        draft = own(conn, who, draft_id)
        if isinstance(draft, RuleDraft):
            state = DraftState.DROPPED
            rule_drafts.decide(conn, draft.id, version, state, who.account.id, "", desk.now())
        return draft


def own(conn: Connection, who: SignedIn, draft_id: int) -> RuleDraft | Access | None:
    """Return a draft that the account may write; or why it must not."""
    access = may(who.account.role, Ability.EDIT_RULES)
    if access is not Access.GRANTED:
        return access
    draft = rule_drafts.by_id(conn, draft_id)
    if draft is None or draft.state in ENDED:
        return None
    return draft if draft.author_id == who.account.id else Access.NOT_THEIR_DRAFT


def page_of(
    desk: Desk,
    who: SignedIn,
    draft_id: int,
    notice: DraftNotice,
    typed: RuleFileTexts | None = None,
) -> DraftPage | None:
    """Return the page of a draft with a check of what it shows, which is done in no transaction.

    Args:
        desk: The engine as pages see it.
        who: Who looks.
        draft_id: The draft.
        notice: What a button just did.
        typed: What the text areas hold, if that is not the draft as it was saved.
    """
    with desk.database.read() as conn:
        draft = rule_drafts.by_id(conn, draft_id)
        others = rule_drafts.standing(conn, draft.file) if draft else []
    if draft is None:
        return None
    shown, present = typed or draft.texts, _present(desk, draft.file)
    texts = desk.rulebook().files.values()
    return DraftPage(
        draft,
        shown,
        draft.author_id == who.account.id,
        may(who.account.role, Ability.RELEASE_RULES) is Access.GRANTED,
        desk.settings.one_person_releases,
        present,
        tuple(one for one in others if one.id != draft.id),
        notice,
        checked(desk, draft.file, shown),
        serves=draft.texts.rules in texts if draft.texts.rules else present is None,
    )


def checked(desk: Desk, file: str, texts: RuleFileTexts) -> DraftCheck:
    """Check a file as typed, and say its rules in words."""
    found = typed_files.check(desk.settings, file, texts)
    book, serving, routing = found.found.rulebook, desk.rulebook(), desk.settings.routing
    mistakes = found.mistakes if texts.rules else _against_removal(serving, file, texts)
    if book is None or mistakes or found.elsewhere:
        return DraftCheck(mistakes, found.elsewhere, (), (), ())
    here = set(rules_of(book, file)) | set(rules_of(serving, file))
    changes = tuple(
        RuleChange(one.rule_id, in_words(one), one.sentences)
        for one in differences(serving, book, routing)
        if one.rule_id in here
    )
    words = (
        RuleInWords(
            one, book.rules[one].title, tuple(explain(book.checked[one], book.rules, routing))
        )
        for one in rules_of(book, file)
    )
    return DraftCheck((), (), found.warnings, changes, tuple(words))


def _against_removal(serving: Rulebook, file: str, texts: RuleFileTexts) -> tuple[Mistake, ...]:
    """Return why a file cannot be taken out of the folder: live rules serve on without a file."""
    said = [
        f"'{one}' is live, and goes on without a file; retire it first, and let that be released"
        for one in rules_of(serving, file)
        if serving.rules[one].status == "live"
    ]
    if texts.cases:
        said.append("cases without rules are not kept; empty that field too, to remove both files")
    return tuple(Mistake(file, 0, 0, one) for one in said)


def rules_of(book: Rulebook, file: str) -> list[str]:
    """Return the ids of the rules that a rulebook has from a file of this name."""
    return [
        rule_id
        for rule_id, one in book.checked.items()
        if PurePath(one.written.reading.source.name).name == file
    ]


def _present(desk: Desk, file: str) -> RuleFileTexts | None:
    try:
        return typed_files.present(desk.settings, file)
    except MistakesError:  # it cannot be read now
        return None


def _like(base: RuleFileTexts, typed: RuleFileTexts) -> RuleFileTexts:
    """Return what a browser sends with the ends of lines of the file that it began with."""
    return RuleFileTexts(_ends_like(base.rules, typed.rules), _ends_like(base.cases, typed.cases))


def _ends_like(base: str, typed: str) -> str:
    text = typed.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        return ""
    if text and not text.endswith("\n"):
        text += "\n"
    return text.replace("\n", "\r\n") if "\r\n" in base else text
