"""Links and sessions in a real database."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.access.sign_in import LinkState, SessionState
from engine.errors import UserError
from engine.flows.console import accounts, signing_in
from engine.model.account import IDLE_US, AccountRole
from engine.model.instant import MINUTE_US
from engine.store.database.connection import Database
from engine.store.tables.access import console_sessions, sign_in_links
from engine.store.tables.people import staff
from tests.kit.console import ConsoleSite
from tests.kit.times import NOON


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    return ConsoleSite(database)


def test_a_link_signs_its_account_in_once(site: ConsoleSite) -> None:
    link = site.link("one")

    first, session = signing_in.sign_in(site.database, link, site.now)
    second, nothing = signing_in.sign_in(site.database, link, site.now)

    assert (first, second, nothing) == (LinkState.USABLE, LinkState.USED, "")
    found = signing_in.who(site.database, session, site.now)[1]
    assert found is not None
    assert (found.account.name, found.staff and found.staff.ref) == ("one", "S-1")


def test_looking_at_a_link_does_not_use_it_up(site: ConsoleSite) -> None:
    link = site.link("one")

    looked = [signing_in.account_of_link(site.database, link, site.now) for _ in range(2)]

    assert looked == [(LinkState.USABLE, "one")] * 2


def test_the_database_holds_no_token_that_signs_in(site: ConsoleSite) -> None:
    link, session = site.link("one"), site.session("two")

    kept = [
        row.token_hash
        for table in (sign_in_links, console_sessions)
        for row in site.site.rows(table)
    ]

    assert kept
    assert not {link, session} & set(kept)


def test_a_session_lasts_as_long_as_its_account_asks_for_pages(site: ConsoleSite) -> None:
    session = site.session("one")

    for _ in range(5):
        site.now += IDLE_US - MINUTE_US
        assert signing_in.who(site.database, session, site.now)[0] is SessionState.LIVE
    site.now += IDLE_US

    assert signing_in.who(site.database, session, site.now) == (SessionState.IDLE, None)


def test_signing_out_ends_the_session_for_good(site: ConsoleSite) -> None:
    session = site.session("one")

    signing_in.sign_out(site.database, session, site.now)
    signing_in.sign_out(site.database, session, site.now)

    assert signing_in.who(site.database, session, site.now) == (SessionState.ENDED, None)
    assert len(site.audited("signed out")) == 1


def test_disabling_an_account_ends_its_sessions_and_links(site: ConsoleSite) -> None:
    session, link = site.session("one"), site.link("one")

    with site.database.write() as conn:
        accounts.disable(conn, "one", "tests", site.now)

    assert signing_in.who(site.database, session, site.now) == (SessionState.DISABLED, None)
    assert signing_in.sign_in(site.database, link, site.now) == (LinkState.DISABLED, "")
    with site.database.write() as conn, pytest.raises(UserError, match="one is disabled"):
        accounts.make_link(conn, "one", "tests", site.now)


def test_a_member_of_staff_who_has_left_is_signed_in_no_more(site: ConsoleSite) -> None:
    session = site.session("one")

    with site.database.write() as conn:
        conn.execute(update(staff).where(staff.c.ref == "S-1").values(active=False))

    assert signing_in.who(site.database, session, site.now) == (SessionState.DISABLED, None)


def test_two_accounts_cannot_share_a_name(site: ConsoleSite) -> None:
    with site.database.write() as conn, pytest.raises(UserError, match="an account one already"):
        accounts.add(conn, "one", AccountRole.AUDITOR, None, "tests", site.now)


def test_a_case_manager_without_a_person_is_refused(site: ConsoleSite) -> None:
    with site.database.write() as conn, pytest.raises(UserError, match="add --staff"):
        accounts.add(conn, "new", AccountRole.CASE_MANAGER, None, "tests", site.now)


def test_a_site_begins_with_one_account_that_sees_no_client(database: Database) -> None:
    with database.write() as conn:
        wanted = accounts.first_account(conn)
        links = accounts.links_for(conn, wanted, "handrail run", NOON)
        again = accounts.first_account(conn)

    assert wanted == [("admin", AccountRole.OPERATOR, None)]
    assert [name for name, _ in links] == ["admin"]
    assert again == []
