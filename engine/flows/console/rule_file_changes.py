"""Drafts that do not begin with a file as it stands: a new file, its end, or a rule's end."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from engine.access.abilities import Ability, Access, may
from engine.errors import MistakesError
from engine.flows.console import rule_drafts
from engine.flows.console.desk import Desk
from engine.flows.console.rule_drafts import NO_FILE
from engine.flows.console.signing_in import SignedIn
from engine.flows.rules import typed_files
from engine.model.instant import DAY_US
from engine.model.rule_draft import RuleFileTexts
from engine.rulebook.tools.file_changes import copy_of, with_status
from engine.rulebook.tools.new_rule import NewRule, cases_text, rule_text
from engine.store.database.locks import lock
from engine.store.operations import rule_drafts as stored


class NewFileFault(StrEnum):
    """Why no draft of a new file began."""

    NO_NAME = "no name"  # of a rule file
    TAKEN = "taken"  # there is such a file, or another person writes one
    NO_SOURCE = "no source"  # the file to copy is not there


def begin_new(desk: Desk, who: SignedIn, name: str, copied: str) -> int | NewFileFault | Access:
    """Begin a draft of a file that is not in the folder; return its id.

    Args:
        desk: The engine as pages see it.
        who: The author.
        name: The new file's name, with or without its ending.
        copied: The file that it begins as a copy of; empty for a rule that counts events.
    """
    access = may(who.account.role, Ability.EDIT_RULES)
    if access is not Access.GRANTED:
        return access
    file = f"{name.strip().removesuffix('.yaml')}.yaml"
    if not typed_files.is_name(file):
        return NewFileFault.NO_NAME
    if (desk.settings.rules / file).exists():
        return NewFileFault.TAKEN
    texts = _copy(desk, copied) if copied else _template(desk, file)
    if texts is None:
        return NewFileFault.NO_SOURCE
    with desk.database.write() as conn:
        lock(conn, "rule")
        if stored.standing(conn, file):
            return NewFileFault.TAKEN
        return stored.begin(conn, file, who.account.id, texts, NO_FILE, desk.now())


def begin_removal(desk: Desk, who: SignedIn, file: str) -> int | Access | None:
    """Begin a draft that takes a file out of the folder, or empty the account's own draft of it.

    Returns:
        The draft's id, or why the account must not; None if there is no such file.
    """
    return _begin_with(desk, who, file, lambda _: NO_FILE)


def begin_retirement(desk: Desk, who: SignedIn, file: str, rule_id: str) -> int | Access | None:
    """Begin a draft in which a rule is retired, or retire it in the account's own draft.

    Returns:
        The draft's id, or why the account must not; None if there is no such file.
    """

    def retired(texts: RuleFileTexts) -> RuleFileTexts:
        return RuleFileTexts(with_status(texts.rules, rule_id, "retired"), texts.cases)

    return _begin_with(desk, who, file, retired)


def _begin_with(
    desk: Desk, who: SignedIn, file: str, change: Callable[[RuleFileTexts], RuleFileTexts]
) -> int | Access | None:
    draft_id = rule_drafts.begin(desk, who, file)
    if not isinstance(draft_id, int):
        return draft_id
    with desk.database.write() as conn:
        lock(conn, "rule")
        draft = stored.by_id(conn, draft_id)
        assert draft is not None
        # A proposal stays as it is; its page says how to go on with it.
        stored.save(conn, draft_id, draft.version, change(draft.texts), draft.base, desk.now())
    return draft_id


def _copy(desk: Desk, file: str) -> RuleFileTexts | None:
    try:
        texts = typed_files.present(desk.settings, file)
    except MistakesError:  # it cannot be read now
        return None
    taken = desk.rulebook().rules
    return None if texts is None else RuleFileTexts(*copy_of(texts.rules, texts.cases, taken))


def _template(desk: Desk, file: str) -> RuleFileTexts:
    """Return a rule on trial that counts events such as missed check-ins, and its two cases."""
    name = file.removesuffix(".yaml").replace("_", "-").lower()
    rule_id, taken, number = name, desk.rulebook().rules, 2
    while rule_id in taken:
        rule_id, number = f"{name}-{number}", number + 1
    words = name.replace("-", " ")
    rule = NewRule(
        rule_id, f"{words[0].upper()}{words[1:]}", "check_in", "status", "", "missed", 2,
        7 * DAY_US, "medium", "",
    )  # fmt: skip
    return RuleFileTexts(rule_text(rule), cases_text(rule))
