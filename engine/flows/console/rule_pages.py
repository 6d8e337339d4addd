"""The rules that serve, in words, and how useful their alerts were."""

from __future__ import annotations

from engine.access.abilities import Ability, Access, may
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.messaging.wording import to_staff
from engine.model.console_pages import RuleCard, RulePage, RuleUsefulness
from engine.rulebook.english.explain import explain
from engine.store.alerts import rule_usefulness

_NONE = RuleUsefulness(0, 0, 0, 0)
_ORDER = {"live": 0, "shadow": 1, "draft": 2, "retired": 3}


def open_list(desk: Desk, who: SignedIn) -> tuple[RuleCard, ...] | Access:
    """Return every rule, live ones first; or why the account must not see them."""
    access = may(who.account.role, Ability.SEE_RULES)
    if access is not Access.GRANTED:
        return access
    with desk.database.read() as conn:
        useful = rule_usefulness.by_rule(conn)
    cards = (
        RuleCard(rule.id, rule.title, rule.status, rule.severity, useful.get(rule.id, _NONE))
        for rule in desk.rulebook().rules.values()
    )
    return tuple(sorted(cards, key=lambda card: (_ORDER[card.status], card.title)))


def open_page(desk: Desk, who: SignedIn, rule_id: str) -> RulePage | Access | None:
    """Return one rule in words, or why the account must not see it; None without such a rule."""
    access = may(who.account.role, Ability.SEE_RULES)
    if access is not Access.GRANTED:
        return access
    book, settings = desk.rulebook(), desk.settings
    rule = book.rules.get(rule_id)
    if rule is None:
        return None
    with desk.database.read() as conn:
        useful = rule_usefulness.by_rule(conn).get(rule_id, _NONE)
    lines = explain(book.checked[rule_id], book.rules, settings.routing)
    return RulePage(
        RuleCard(rule_id, rule.title, rule.status, rule.severity, useful),
        "\n".join(lines),
        to_staff("C-1042", rule.reason, 17, settings.sms.detail),
    )
