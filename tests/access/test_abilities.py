"""The abilities of each role, with its own clients and with others."""

from __future__ import annotations

import pytest

from engine.access.abilities import Ability, Access, may
from engine.model.account import AccountRole

SEEN = "caseload client rules on_call"
WORDS = {
    "caseload": Ability.SEE_CASELOAD,
    "client": Ability.SEE_CLIENT,
    "act": Ability.ACT_ON_ALERT,
    "rules": Ability.SEE_RULES,
    "on_call": Ability.SEE_ON_CALL,
    "shift": Ability.TAKE_SHIFT,
    "emergency": Ability.OPEN_IN_EMERGENCY,
    "emergencies": Ability.SEE_EMERGENCIES,
    "review": Ability.REVIEW_EMERGENCY,
    "accounts": Ability.MANAGE_ACCOUNTS,
    "views": Ability.SEE_VIEWS,
    "edit": Ability.EDIT_RULES,
    "release": Ability.RELEASE_RULES,
    "answer": Ability.ANSWER_CLIENT,
    "letters": Ability.WRITE_LETTERS,
    "over": Ability.TAKE_OVER,
    "today": Ability.SEE_TODAY,
    "events": Ability.ENTER_EVENTS,
    "roster": Ability.EDIT_ROSTER,
    "rejects": Ability.FIX_REJECTS,
    "deliveries": Ability.SEE_DELIVERIES,
    "audit": Ability.SEE_AUDIT,
    "health": Ability.SEE_HEALTH,
    "reports": Ability.SEE_REPORTS,
}
ROLES = {
    # role: (abilities for their own clients, abilities for the clients of others)
    AccountRole.CASE_MANAGER: (f"{SEEN} act shift answer letters emergency events deliveries", ""),
    AccountRole.SUPERVISOR: (" ".join(WORDS.keys() - {"emergency"}),) * 2,
    AccountRole.OPERATOR: ("rules on_call accounts health", ""),
    AccountRole.AUDITOR: (f"{SEEN} views emergencies deliveries audit health reports",) * 2,
    AccountRole.CLINICIAN: ("rules on_call edit release reports", ""),
}


def test_every_role_and_every_ability_stand_in_the_table() -> None:
    assert set(ROLES) == set(AccountRole)
    assert set(WORDS.values()) == set(Ability)


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_table_says(role: AccountRole, word: str, own: bool) -> None:
    granted = may(role, WORDS[word], own_client=own) is Access.GRANTED

    assert granted == (word in ROLES[role][0 if own else 1].split())


def test_a_case_manager_is_told_that_the_client_is_not_theirs() -> None:
    refused = may(AccountRole.CASE_MANAGER, Ability.SEE_CLIENT, own_client=False)

    assert refused is Access.NOT_THEIR_CLIENT


def test_an_auditor_is_told_that_acting_is_not_their_role() -> None:
    assert may(AccountRole.AUDITOR, Ability.ACT_ON_ALERT) is Access.NOT_THEIR_ROLE
