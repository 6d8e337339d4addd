"""Trying rules on the own caseload from the console: beginning, following and reading a study."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256

from engine.access.abilities import Ability, Access, may
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.console.study_work import StudyQuestion, StudyResult
from engine.model.rule_draft import RuleStudy, StudyKind, StudyState
from engine.model.rule_editor import StudiesPage
from engine.model.written_instant import read_instant
from engine.store.operations import rule_drafts, rule_studies
from engine.store.people import roster

_LISTED = 30


def open_list(desk: Desk, who: SignedIn) -> StudiesPage | Access:
    """Return the study that runs, and the ended ones."""
    access = may(who.account.role, Ability.EDIT_RULES)
    if access is not Access.GRANTED:
        return access
    with desk.database.read() as conn:
        ended = rule_studies.newest(conn, _LISTED)
    rules = tuple((one.id, one.title) for one in desk.rulebook().rules.values())
    return StudiesPage(desk.studies.running, tuple(ended), rules)


def begin(
    desk: Desk, who: SignedIn, kind: StudyKind, asked: dict[str, str], draft_id: int | None
) -> bool | Access | None:
    """Begin a study of the rules of the folder, or of a draft.

    Args:
        desk: The engine as pages see it.
        who: Who wants to know.
        kind: What it does.
        asked: `since` as a date, and the ids of the rules `outcome` and `rule`; empty if unset.
        draft_id: The draft; None for the rules of the folder.

    Returns:
        False if another study runs; or why the account must not; None if there is no such draft.

    Raises:
        UserError: The date cannot be read.
    """
    access = may(who.account.role, Ability.EDIT_RULES)
    if access is not Access.GRANTED:
        return access
    typed, now = None, desk.now()
    if draft_id is not None:
        with desk.database.read() as conn:
            draft = rule_drafts.by_id(conn, draft_id)
        if draft is None:
            return None
        typed = (draft.file, draft.texts)
    since = read_instant(asked["since"], desk.settings.timezone) if asked.get("since") else 0
    question = StudyQuestion(since, now, asked.get("outcome") or None, typed, asked.get("rule", ""))
    hash_of = sha256(repr(typed).encode()).hexdigest()
    study = RuleStudy(
        0, draft_id, who.account.name, kind, StudyState.FAILED, json.dumps(asked), hash_of,
        now, now, "", "", "",
    )  # fmt: skip

    def ended(done: RuleStudy, result: StudyResult | None) -> None:
        with_refs = json.dumps({"refs": result.refs if result else (), "figures": done.summary})
        with desk.database.write() as conn:
            rule_studies.add(conn, replace(done, summary=with_refs), who.account.id)

    return desk.studies.begin(study, desk.settings, question, desk.now, ended)


def cancel(desk: Desk, who: SignedIn) -> Access:
    """End the study at work; return why the account must not, or that it may."""
    access = may(who.account.role, Ability.EDIT_RULES)
    if access is Access.GRANTED:
        desk.studies.cancel()
    return access


def open_study(desk: Desk, who: SignedIn, study_id: int) -> RuleStudy | Access | None:
    """Return a study that is done, and write down whose clients it names."""
    access = may(who.account.role, Ability.EDIT_RULES)
    if access is not Access.GRANTED:
        return access
    with desk.database.read() as conn:
        study = rule_studies.by_id(conn, study_id)
        refs = json.loads(study.summary)["refs"] if study and study.summary else []
        clients = [one.id for one in roster.find_clients(conn, refs).values()]
    if study is None or study.state is not StudyState.DONE:
        return None
    subject = f"rule study {study_id}"
    viewing.record(desk, who, "preview", subject, desk.now(), clients=sorted(clients))
    return study
