"""The results of `handrail doctor`, as far as an account may know them."""

from __future__ import annotations

from engine.access.abilities import Ability, Access, may
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.operations.check_result import Check
from engine.flows.operations.doctor import examine
from engine.model.site_pages import HealthLine

# These checks name clients, or what an alert is about.
_NAME_CLIENTS = frozenset(
    {"clients", "routing", "promises", "events", "phones shared", "muted", "refs"}
)
_NAMES_CLIENTS = "It names clients, so a supervisor reads here what is wrong."


def open_page(desk: Desk, who: SignedIn) -> tuple[HealthLine, ...] | Access:
    """Return the checks, faults first; an account that sees no client reads of none."""
    access = may(who.account.role, Ability.SEE_HEALTH)
    if access is not Access.GRANTED:
        return access
    sees_clients = may(who.account.role, Ability.SEE_CLIENT) is Access.GRANTED
    now = desk.now()
    found = [_line(one, sees_clients=sees_clients) for one in examine(desk.settings, now)]
    if sees_clients and any(not one.ok and one.name in _NAME_CLIENTS for one in found):
        viewing.record(desk, who, "health", "health", now)
    return tuple(sorted(found, key=lambda one: one.ok))


def _line(one: Check, *, sees_clients: bool) -> HealthLine:
    hides = not sees_clients and one.name in _NAME_CLIENTS
    ok_words = "Nothing is wrong." if one.ok else _NAMES_CLIENTS
    return HealthLine(one.name, one.ok, ok_words if hides else one.said)
