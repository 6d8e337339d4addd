"""Releasing a draft: its author proposes it, and another person approves it or sends it back."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access, may
from engine.flows.console import rule_cases, rule_drafts
from engine.flows.console.desk import Desk
from engine.flows.console.rule_drafts import NO_FILE, page_of
from engine.flows.console.signing_in import SignedIn
from engine.flows.rules import typed_files
from engine.flows.rules.rule_writing import write
from engine.model.audit_action import AuditAction
from engine.model.rule_draft import DraftState, RuleDraft, RuleFileTexts
from engine.model.rule_editor import DraftNotice, DraftPage
from engine.store.access import accounts
from engine.store.database.locks import lock
from engine.store.operations import audit_log
from engine.store.operations import rule_drafts as stored


def propose(
    desk: Desk, who: SignedIn, draft_id: int, version: int, typed: RuleFileTexts, why: str
) -> DraftPage | Access | None:
    """Save the typed text, and ask for its approval.

    Args:
        desk: The engine as pages see it.
        who: The author.
        draft_id: The draft.
        version: The version that the window began with.
        typed: What it holds now.
        why: The author's words to the second person.
    """
    page = rule_drafts.save(desk, who, draft_id, version, typed)
    if not isinstance(page, DraftPage) or page.notice is not DraftNotice.SAVED:
        return page
    if refused := _unripe(page, why):
        return replace(page, notice=refused)
    with desk.database.write() as conn:
        asked = stored.propose(conn, draft_id, page.draft.version, why.strip(), desk.now())
        if asked:
            _audit(conn, desk, who, page.draft, AuditAction.RULES_PROPOSED)
    notice = DraftNotice.PROPOSED if asked else DraftNotice.MOVED_ON
    found = page_of(desk, who, draft_id, notice)
    return found and rule_drafts.with_cases(desk, found)


def waiting(conn: Connection, desk: Desk, who: SignedIn) -> list[RuleDraft]:
    """Return the proposals that the account may release, the oldest first."""
    if may(who.account.role, Ability.RELEASE_RULES) is not Access.GRANTED:
        return []
    return stored.waiting(conn, None if desk.settings.one_person_releases else who.account.id)


def _unripe(page: DraftPage, why: str) -> DraftNotice | None:
    """Return why a draft cannot be proposed; None if it can."""
    if page.checked is None or not page.checked.usable:
        return DraftNotice.MISTAKES
    if page.shown == (page.present or NO_FILE):
        return DraftNotice.NO_CHANGE
    if page.base_changed:
        return DraftNotice.BASE_CHANGED
    return None if why.strip() else DraftNotice.NO_REASON


def take_back(desk: Desk, who: SignedIn, draft_id: int, version: int) -> DraftPage | Access | None:
    """Take a proposal back, so that its author can go on."""
    with desk.database.write() as conn:
        draft = rule_drafts.own(conn, who, draft_id)
        if not isinstance(draft, RuleDraft):
            return draft
        done = stored.take_back(conn, draft_id, version)
    notice = DraftNotice.WITHDRAWN if done else DraftNotice.MOVED_ON
    return page_of(desk, who, draft_id, notice)


def send_back(
    desk: Desk, who: SignedIn, draft_id: int, version: int, answer: str
) -> DraftPage | Access | None:
    """Send a proposal back to its author, with words about what should change."""
    access = may(who.account.role, Ability.RELEASE_RULES)
    if access is not Access.GRANTED:
        return access
    if not answer.strip():
        return page_of(desk, who, draft_id, DraftNotice.NO_ANSWER)
    with desk.database.write() as conn:
        draft = stored.by_id(conn, draft_id)
        if draft is None:
            return None
        notice = _against(conn, desk, who, draft, version)
        if notice is None:
            state, words = DraftState.SENT_BACK, answer.strip()
            stored.decide(conn, draft_id, version, state, who.account.id, words, desk.now())
            _audit(conn, desk, who, draft, AuditAction.RULES_SENT_BACK)
    return page_of(desk, who, draft_id, notice or DraftNotice.SENT_BACK)


def approve(
    desk: Desk, who: SignedIn, draft_id: int, version: int, *, anyway: bool
) -> DraftPage | Access | None:
    """Release a proposal: write the files, which then serve as any edited file does.

    Args:
        desk: The engine as pages see it.
        who: The second person.
        draft_id: The proposal.
        version: The version that the person has read.
        anyway: Whether it may be released with cases that are not as expected.
    """
    access = may(who.account.role, Ability.RELEASE_RULES)
    if access is not Access.GRANTED:
        return access
    page = page_of(desk, who, draft_id, DraftNotice.NOTHING)
    if page is None:
        return None
    if page.checked is None or not page.checked.usable:
        return replace(page, notice=DraftNotice.MISTAKES)
    if not anyway:
        cases = rule_cases.tried(desk.settings, page.draft.file, page.draft.texts)
        if not all(one.passed for one in cases or ()):
            return replace(page, notice=DraftNotice.CASES_FAIL, cases=cases)
    try:
        notice = _release(desk, who, draft_id, version)
    except OSError:
        notice = DraftNotice.NOT_WRITABLE
    if notice is DraftNotice.RELEASED:
        desk.wake("rules")
    return page_of(desk, who, draft_id, notice)


def _release(desk: Desk, who: SignedIn, draft_id: int, version: int) -> DraftNotice:
    """Write the files in the transaction that says so; if they cannot be written, nothing is said.

    If the process ends between the two, the files are right, and the next approval says so.
    """
    with desk.database.write() as conn:
        lock(conn, "rule")
        draft = stored.by_id(conn, draft_id)
        if draft is None or (refused := _against(conn, desk, who, draft, version)):
            return DraftNotice.MOVED_ON if draft is None else refused or DraftNotice.MOVED_ON
        present = typed_files.present(desk.settings, draft.file) or NO_FILE
        if present not in {draft.base, draft.texts}:
            return DraftNotice.BASE_CHANGED
        state = DraftState.RELEASED
        stored.decide(conn, draft_id, version, state, who.account.id, "", desk.now())
        _audit(conn, desk, who, draft, AuditAction.RULES_RELEASED)
        write(desk.settings, draft.file, present, draft.texts)
    return DraftNotice.RELEASED


def _against(
    conn: Connection, desk: Desk, who: SignedIn, draft: RuleDraft, version: int
) -> DraftNotice | None:
    """Return why the account cannot decide about a draft now; None if it can."""
    if draft.state is DraftState.RELEASED:
        return DraftNotice.ALREADY_RELEASED
    if draft.state is not DraftState.PROPOSED or draft.version != version:
        return DraftNotice.MOVED_ON
    author = accounts.by_id(conn, draft.author_id)
    same_person = author is not None and who.staff is not None and author.staff == who.staff.ref
    if draft.author_id == who.account.id or same_person:
        return None if desk.settings.one_person_releases else DraftNotice.OWN_DRAFT
    return None


def _audit(
    conn: Connection, desk: Desk, who: SignedIn, draft: RuleDraft, action: AuditAction
) -> None:
    texts = draft.texts.rules + draft.texts.cases
    audit_log.record(
        conn,
        at=desk.now(),
        actor=who.actor,
        action=action,
        subject=f"rule draft {draft.id}",
        detail={
            "file": draft.file,
            "author": f"account {draft.author_id}",
            "texts": sha256(texts.encode()).hexdigest(),
        },
    )
