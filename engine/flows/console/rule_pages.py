"""The rules that serve, in words, and how useful their alerts were."""

from __future__ import annotations

import json
from pathlib import PurePath

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access, may
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.rules.missing_rules import IN_NO_FILE
from engine.messaging.wording import to_staff
from engine.model.console_pages import RuleCard, RulePage, RuleUsefulness, RuleValue
from engine.model.instant import DAY_US, Instant
from engine.model.rule_draft import StudyKind, StudyState
from engine.rulebook.core.rulebook import CheckedRule
from engine.rulebook.english.explain import explain
from engine.store.alerts import rule_usefulness
from engine.store.operations import rule_studies

PERIODS = (30, 90, 365)  # days
_NONE = RuleUsefulness(0, 0, 0, 0)
_ORDER = {"live": 0, "shadow": 1, "draft": 2, "retired": 3}
_LOOKED_AT = 50  # studies


def open_list(desk: Desk, who: SignedIn, days: int | None = None) -> tuple[RuleCard, ...] | Access:
    """Return every rule, live ones first; or why the account must not see them.

    Args:
        desk: The engine as pages see it.
        who: Who asks.
        days: How many days back alerts count; None for all.
    """
    access = may(who.account.role, Ability.SEE_RULES)
    if access is not Access.GRANTED:
        return access
    since = 0 if days is None else desk.now() - days * DAY_US
    with desk.database.read() as conn:
        useful, values = rule_usefulness.by_rule(conn, since), _values(conn)
    cards = (
        RuleCard(
            rule.id,
            rule.title,
            rule.status,
            rule.severity,
            useful.get(rule.id, _NONE),
            values.get(rule.id),
        )
        for rule in desk.rulebook().rules.values()
    )
    return tuple(sorted(cards, key=_place_in_list))


def _place_in_list(card: RuleCard) -> tuple[int, int, str]:
    """Live rules come first, and of these the ones with the most alerts."""
    return _ORDER[card.status], -card.useful.opened, card.title


def open_page(desk: Desk, who: SignedIn, rule_id: str) -> RulePage | Access | None:
    """Return one rule in words, or why the account must not see it; None without such a rule."""
    access = may(who.account.role, Ability.SEE_RULES)
    if access is not Access.GRANTED:
        return access
    book, settings = desk.rulebook(), desk.settings
    rule = book.rules.get(rule_id)
    if rule is None:
        return None
    now = desk.now()
    with desk.database.read() as conn:
        useful = _useful_since(conn, 0, rule_id)
        value = _values(conn).get(rule_id)
        periods = tuple(
            (days, _useful_since(conn, now - days * DAY_US, rule_id)) for days in PERIODS
        )
    checked = book.checked[rule_id]
    file, line = _place(checked)
    return RulePage(
        RuleCard(rule_id, rule.title, rule.status, rule.severity, useful, value),
        "\n".join(explain(checked, book.rules, settings.routing)),
        to_staff("C-1042", rule.reason, 17, settings.sms.detail),
        file,
        line,
        _source(checked),
        periods,
    )


def _useful_since(conn: Connection, since: Instant, rule_id: str) -> RuleUsefulness:
    return rule_usefulness.by_rule(conn, since, rule_id).get(rule_id, _NONE)


def _place(checked: CheckedRule) -> tuple[str, int]:
    name = PurePath(checked.written.reading.source.name).name
    return "" if IN_NO_FILE in name else name, checked.written.node.start_mark.line + 1


def _source(checked: CheckedRule) -> str:
    """Return the lines of the file in which the rule stands."""
    node, lines = checked.written.node, checked.written.reading.source.lines
    # The node ends where the next thing begins, which may be some blank lines further.
    return "\n".join(lines[node.start_mark.line : node.end_mark.line + 1]).rstrip()


def _values(conn: Connection) -> dict[str, RuleValue]:
    """Return what each rule was worth in the newest preview of the folder that measured it."""
    found: dict[str, RuleValue] = {}
    for study in rule_studies.newest(conn, _LOOKED_AT):
        if study.kind is not StudyKind.PREVIEW or study.draft_id is not None:
            continue
        if study.state is not StudyState.DONE:
            continue
        figures = json.loads(json.loads(study.summary)["figures"])
        outcome = figures["these_rules"].get("outcome") or {}
        for one in outcome.get("rules", ()):
            lift = one["lift"]  # the first one of a rule has all its alerts
            if lift["value"] is not None:
                told = (lift["value"], lift["low"], lift["high"])
                value = RuleValue(figures["outcome"], *told, study.id)
                found.setdefault(one["rule"], value)
    return found
