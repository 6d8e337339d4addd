"""Those who manage accounts see and change all but their own."""

from __future__ import annotations

import pytest

from engine.access.abilities import Access
from engine.access.sign_in import LinkState, SessionState
from engine.errors import UserError
from engine.flows.console import account_list, signing_in
from engine.model.account import SignInWay
from engine.model.account_list import AccountList
from engine.store.database.connection import Database
from tests.kit.console import ConsoleSite


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    return ConsoleSite(database)


def test_the_list_says_how_each_signs_in_and_how_often_it_is_signed_in(site: ConsoleSite) -> None:
    site.with_password("one")
    page = account_list.open_page(site.desk, site.who("operator"))

    assert isinstance(page, AccountList)
    found = {one.account.name: (one.ways, one.sessions) for one in page.accounts}
    assert found["one"] == (frozenset({SignInWay.PASSWORD}), 1)
    assert found["two"] == (frozenset(), 0)


def test_a_new_account_gets_a_link_and_a_row_with_its_maker(site: ConsoleSite) -> None:
    operator = site.who("operator")

    token = account_list.add(site.desk, operator, "new", "auditor", "")

    assert isinstance(token, str)
    assert signing_in.sign_in(site.database, token, site.now)[0] is LinkState.USABLE
    assert len(site.audited("account added")) == 7


@pytest.mark.parametrize(
    ("name", "role", "ref", "why"),
    [
        ("one", "auditor", "", "already"),
        ("new", "king", "", "a name and a role"),
        (" ", "auditor", "", "a name and a role"),
        ("new", "auditor", "S-9", "nobody among the staff"),
        ("new", "case_manager", "", "one member of staff"),
    ],
)
def test_a_mistake_in_the_form_is_said(
    site: ConsoleSite, name: str, role: str, ref: str, why: str
) -> None:
    with pytest.raises(UserError, match=why):
        account_list.add(site.desk, site.who("operator"), name, role, ref)


def test_nobody_changes_their_own_account(site: ConsoleSite) -> None:
    with pytest.raises(UserError, match="their own"):
        account_list.change(site.desk, site.who("super"), "super", "disable")


def test_signing_out_ends_the_sessions_of_the_account(site: ConsoleSite) -> None:
    session = site.session("two")

    assert account_list.change(site.desk, site.who("super"), "two", "end") == ""

    assert signing_in.who(site.database, session, site.now)[0] is SessionState.ENDED


def test_a_case_manager_manages_no_accounts(site: ConsoleSite) -> None:
    one = site.who("one")

    assert account_list.open_page(site.desk, one) is Access.NOT_THEIR_ROLE
    assert account_list.change(site.desk, one, "two", "reset") is Access.NOT_THEIR_ROLE
