"""The client's page shows supporters and what they may know, and asks them to call."""

from __future__ import annotations

from datetime import time

import pytest

from engine.access.abilities import Access
from engine.flows.console import client_page
from engine.messaging.supporter_words import TEXTS
from engine.model.console_pages import ClientPage
from engine.model.message import MessageKind
from engine.model.notify_reason import NotifyReason
from engine.model.supporter import SupporterAgreement
from engine.store.database.connection import Database
from engine.store.people import roster, supporters
from engine.store.tables.messages import outbox
from tests.kit.console import ConsoleSite
from tests.kit.times import DAY, NOON

MOTHER = 9


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    """C-1's mother may know of requests to call, and agreed to texts."""
    site = ConsoleSite(database)
    caseload = site.site.caseload
    caseload.staff(MOTHER, "supporter", call_name="Ann")
    under = {"alias": "", "scope": "request_to_call", "relation": "mother"}
    caseload.consent(1, MOTHER, given_at=NOON - DAY, expires_at=NOON + DAY, **under)
    given = SupporterAgreement(MOTHER, NOON - DAY, "by phone", "english", time(21), time(8))
    with database.write() as conn:
        supporters.add_agreement(conn, given)
    return site


def opened(site: ConsoleSite) -> ClientPage:
    page = client_page.open_page(site.desk, site.who("one"), "C-1", 60)
    assert isinstance(page, ClientPage)
    return page


def test_the_page_shows_what_each_supporter_may_know(site: ConsoleSite) -> None:
    (one,) = opened(site).supporters
    assert one.consent is not None
    assert (one.person.shown, one.consent.relation) == ("Ann (S-9)", "mother")
    assert one.call is NotifyReason.ALLOWED


def test_the_case_manager_asks_a_supporter_to_call(site: ConsoleSite) -> None:
    assert client_page.ask_supporter(site.desk, site.who("one"), "C-1", "S-9") == "allowed"
    (text,) = [row for row in site.site.rows(outbox) if row.staff_id == MOTHER]
    assert text.body == TEXTS[MessageKind.SUPPORTER_CALL]["english"]
    assert site.audited("supporter asked to call") == ["staff 9"]


def test_nothing_goes_out_once_the_client_has_revoked_it(site: ConsoleSite) -> None:
    with site.database.write() as conn:
        roster.end_consents(conn, 1, MOTHER, site.now)
    said = client_page.ask_supporter(site.desk, site.who("one"), "C-1", "S-9")
    assert said is NotifyReason.SUPPORTER_WITHOUT_CONSENT
    assert [row for row in site.site.rows(outbox) if row.staff_id == MOTHER] == []


@pytest.mark.parametrize("name", ["two", "auditor"])
def test_who_does_not_look_after_the_client_asks_nobody(site: ConsoleSite, name: str) -> None:
    assert isinstance(client_page.ask_supporter(site.desk, site.who(name), "C-1", "S-9"), Access)


def test_a_colleague_or_a_stranger_is_no_supporter(site: ConsoleSite) -> None:
    for ref in ("S-2", "S-77"):
        assert client_page.ask_supporter(site.desk, site.who("one"), "C-1", ref) is None
