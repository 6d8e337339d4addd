"""The versions of a rule file that have served, and going back to one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from engine.access.abilities import Ability, Access, may
from engine.flows.console import rule_release
from engine.flows.console.desk import Desk
from engine.flows.console.rule_drafts import NO_FILE, open_file, page_of
from engine.flows.console.signing_in import SignedIn
from engine.flows.rules import typed_files
from engine.model.rule_draft import RuleDraft, RuleFileTexts
from engine.model.rule_editor import DraftNotice, DraftPage, FileHistory, FileVersion
from engine.rulebook.parsing.load import PLAN
from engine.store.database.locks import lock
from engine.store.operations import rule_drafts as stored
from engine.store.operations import rule_sets

_MOST = 200  # rule sets that are looked at


def open_history(desk: Desk, who: SignedIn, file: str) -> FileHistory | Access | None:
    """Return the versions of a file that have served, the newest first; it may be gone."""
    page = open_file(desk, who, file)
    if isinstance(page, Access):
        return page
    with desk.database.read() as conn:
        accepted = rule_sets.acceptances(conn, _MOST)
        released = stored.released(conn, file)
        own = [one.id for one in stored.standing(conn, file) if one.author_id == who.account.id]
    versions: list[FileVersion] = []
    for at, one in reversed(accepted):
        text = _text_of(one.files, file)
        if text is not None and not (versions and versions[-1].texts.rules == text):
            versions.append(_version(one.id, at, text, released))
    if page is None and not versions:
        return None
    may_edit = may(who.account.role, Ability.EDIT_RULES) is Access.GRANTED
    present = NO_FILE if page is None else page.texts
    return FileHistory(file, present, tuple(reversed(versions)), next(iter(own), None), may_edit)


def go_back(
    desk: Desk, who: SignedIn, file: str, rule_set: int, why: str
) -> DraftPage | Access | None:
    """Propose a version that has served before.

    Args:
        desk: The engine as pages see it.
        who: Who wants it.
        file: The file.
        rule_set: The set that holds the version.
        why: Words to the second person.

    Returns:
        The proposal; the account's own draft of the file, if it must be ended first; or why the
        account must not. None if there is no such version, or the folder holds it now.
    """
    access = may(who.account.role, Ability.EDIT_RULES)
    if access is not Access.GRANTED:
        return access
    history = open_history(desk, who, file)
    if not isinstance(history, FileHistory):
        return history
    wanted = next((one for one in history.versions if one.rule_set == rule_set), None)
    if wanted is None:
        return None
    texts = RuleFileTexts(wanted.texts.rules, wanted.texts.cases or history.present.cases)
    if history.own_draft is not None:
        return page_of(desk, who, history.own_draft, DraftNotice.HAS_DRAFT)
    base = typed_files.present(desk.settings, file) or NO_FILE
    if texts == base:
        return None
    with desk.database.write() as conn:
        lock(conn, "rule")
        draft_id = stored.begin(conn, file, who.account.id, texts, base, desk.now())
    return rule_release.propose(desk, who, draft_id, 1, texts, why)


def _text_of(files: Mapping[str, str], file: str) -> str | None:
    """Return the text of a rule file in an accepted set; the names there are paths."""
    found = (
        text
        for name, text in files.items()
        if not name.endswith(PLAN) and PurePath(name).name == file
    )
    return next(found, None)


def _version(rule_set: int, at: int, text: str, released: Sequence[RuleDraft]) -> FileVersion:
    """Return a version, with its cases if it was released in the console."""
    by = next(
        (one for one in released if one.texts.rules == text and (one.decided_at or 0) <= at), None
    )
    if by is not None:
        return FileVersion(rule_set, at, by.texts, by)
    # A version that a released draft began with had these cases.
    before = next((one.base.cases for one in released if one.base.rules == text), "")
    return FileVersion(rule_set, at, RuleFileTexts(text, before), None)
