"""Decides what an account may do in the console, by its role and its clients; pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from engine.model.account import AccountRole


class Ability(StrEnum):
    """What a page or a button of the console does."""

    SEE_CASELOAD = "see caseload"
    SEE_CLIENT = "see client"
    ACT_ON_ALERT = "act on alert"
    OPEN_IN_EMERGENCY = "open in emergency"  # a client who is not theirs
    SEE_EMERGENCIES = "see emergencies"
    REVIEW_EMERGENCY = "review emergency"
    MANAGE_ACCOUNTS = "manage accounts"
    TAKE_OVER = "take over"  # an alert that another person has
    SEE_TODAY = "see today"  # what a supervisor looks after: untaken alerts, unreachable people
    SEE_REPORTS = "see reports"  # of outcomes and services, which name no client
    SEE_RULES = "see rules"
    SEE_ON_CALL = "see on call"
    TAKE_SHIFT = "take shift"
    SEE_VIEWS = "see views"  # who looked at a client
    ENTER_EVENTS = "enter events"  # by hand, and excuse what was missed
    EDIT_ROSTER = "edit roster"
    FIX_REJECTS = "fix rejects"  # rows of sources that could not be read
    SEE_DELIVERIES = "see deliveries"
    SEE_AUDIT = "see audit"  # the trail, and the disclosures about a client
    SEE_HEALTH = "see health"
    WRITE_LETTERS = "write letters"  # under a consent, and revoke a consent to them
    ANSWER_CLIENT = "answer client"  # text them, mark their texts as seen, write notes
    EDIT_RULES = "edit rules"  # write drafts, propose them, and try them on the own caseload
    RELEASE_RULES = "release rules"  # approve what another person proposed


class Access(StrEnum):
    """Whether an account may, and if not, why."""

    GRANTED = "granted"
    NOT_THEIR_ROLE = "not their role"
    NOT_THEIR_CLIENT = "not their client"
    NOT_THEIR_DRAFT = "not their draft"


_EVERY_CLIENT = frozenset({AccountRole.SUPERVISOR, AccountRole.AUDITOR})
_DUTY = frozenset({Ability.SEE_RULES, Ability.SEE_ON_CALL})
_CLIENTS = _DUTY | {Ability.SEE_CASELOAD, Ability.SEE_CLIENT}
_ABILITIES: Mapping[AccountRole, frozenset[Ability]] = {
    AccountRole.CASE_MANAGER: _CLIENTS
    | {
        Ability.ACT_ON_ALERT,
        Ability.TAKE_SHIFT,
        Ability.ANSWER_CLIENT,
        Ability.OPEN_IN_EMERGENCY,
        Ability.ENTER_EVENTS,
        Ability.SEE_DELIVERIES,
        Ability.WRITE_LETTERS,
    },
    AccountRole.SUPERVISOR: frozenset(Ability) - {Ability.OPEN_IN_EMERGENCY},
    AccountRole.CLINICIAN: _DUTY | {Ability.EDIT_RULES, Ability.RELEASE_RULES, Ability.SEE_REPORTS},
    AccountRole.OPERATOR: _DUTY | {Ability.MANAGE_ACCOUNTS, Ability.SEE_HEALTH},
    AccountRole.AUDITOR: _CLIENTS
    | {
        Ability.SEE_VIEWS,
        Ability.SEE_REPORTS,
        Ability.SEE_EMERGENCIES,
        Ability.SEE_DELIVERIES,
        Ability.SEE_AUDIT,
        Ability.SEE_HEALTH,
    },
}


def sees_every_client(role: AccountRole) -> bool:
    """Return whether a role sees all clients of the site, and not its own alone."""
    return role in _EVERY_CLIENT


def may(role: AccountRole, ability: Ability, *, own_client: bool = True) -> Access:
    """Decide whether a role may do something.

    Args:
        role: The role of the account.
        ability: What it wants to do.
        own_client: Whether the client is assigned to the account's member of staff. Where no one
            client is meant, as for the caseload, leave it out.
    """
    if ability not in _ABILITIES[role]:
        return Access.NOT_THEIR_ROLE
    if not own_client and not sees_every_client(role):
        return Access.NOT_THEIR_CLIENT
    return Access.GRANTED
