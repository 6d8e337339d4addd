"""Why a rule held for a client at an instant, or why not, as a page of the console."""

from __future__ import annotations

from engine.access.abilities import Access
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.operations.why_rule import explain_rule
from engine.model.rule_explanation import RuleAtInstant
from engine.model.written_instant import read_instant
from engine.store.people.roster import KnownClient


def open_page(
    desk: Desk, who: SignedIn, ref: str, rule_id: str, at: str
) -> RuleAtInstant | Access | None:
    """Explain a rule, and write down that the account saw it of this client.

    Args:
        desk: The engine as pages see it.
        who: Who asks.
        ref: The client's ref.
        rule_id: The rule.
        at: The instant by the client's clock, such as 2026-11-27T19:37; empty for the present.

    Returns:
        The explanation, or why the account must not see it; None if there is no such client or
        rule.

    Raises:
        UserError: The instant cannot be read, or lies ahead.
    """
    now = desk.now()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    rulebook = desk.rulebook()
    if rule_id not in rulebook.rules:
        return None
    as_of = read_instant(at, known.timezone) if at else now
    with desk.database.read() as conn:
        told = explain_rule(conn, rulebook, ref, rule_id, as_of, now)
    viewing.record(desk, who, "why", f"client {known.id}", now, rule=rule_id)
    return told
