"""Forms lose nothing that a person typed, whatever goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest
import requests

from engine.errors import StoreUnavailableError
from engine.model.supporter import SupporterAgreement
from engine.store.database.connection import Database
from engine.store.people import supporters
from engine.web.server import WebServer
from tests.kit.console import ConsoleSite
from tests.kit.times import hours


@pytest.fixture
def site(sqlite_database: Database) -> ConsoleSite:
    site = ConsoleSite(sqlite_database)
    site.agreed()
    return site


@pytest.fixture
def web(site: ConsoleSite) -> Iterator[WebServer]:
    with site.served() as server:
        yield server


@pytest.fixture
def one(site: ConsoleSite) -> requests.Session:
    return site.browser("one")


def test_a_form_that_meets_a_database_that_is_away_gives_back_what_was_typed(
    site: ConsoleSite, web: WebServer, one: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise StoreUnavailableError("The disk is gone.")

    monkeypatch.setattr(site.database, "read", away)
    form = {"client": "C-1", "words": "Called <twice>.\r\nNo answer."}
    answer = one.post(f"{web.address}/notes", data=form, timeout=10)

    assert answer.status_code == 503
    assert 'action="/notes"' in answer.text
    assert "Called &lt;twice&gt;.\nNo answer.</textarea>" in answer.text


def test_an_answer_that_cannot_be_sent_comes_back_with_the_objection(
    web: WebServer, one: requests.Session
) -> None:
    form = {"what": "answer", "words": "Your test is at nine", "form": "3", "newest": "0"}
    answer = one.post(f"{web.address}/conversation/C-1", data=form, timeout=10)

    assert answer.status_code == 422
    assert "Your text says &#39;test&#39;, which may reveal something" in answer.text
    assert "Your test is at nine</textarea>" in answer.text


def test_words_of_a_client_and_notes_cannot_become_a_script(
    site: ConsoleSite, web: WebServer, one: requests.Session
) -> None:
    bad = "<script>alert(1)</script>"
    site.wrote(bad)
    one.post(f"{web.address}/notes", data={"client": "C-1", "words": bad}, timeout=10)

    texts = one.get(f"{web.address}/conversation/C-1", timeout=10).text
    client = one.get(f"{web.address}/clients/C-1", timeout=10).text

    assert bad not in texts + client
    assert "&lt;script&gt;" in texts
    assert "&lt;script&gt;" in client


def test_a_supporter_stands_on_the_page_with_a_button_that_asks_them_to_call(
    site: ConsoleSite, web: WebServer, one: requests.Session
) -> None:
    caseload = site.site.caseload
    caseload.staff(9, "supporter", call_name="Ann")
    under = {"alias": "", "scope": "request_to_call milestones", "relation": "mother"}
    caseload.consent(1, 9, expires_at=site.now + hours(24), **under)
    given = SupporterAgreement(9, 0, "by phone", "spanish", time(0), time(0))
    with site.database.write() as conn:
        supporters.add_agreement(conn, given)
    page = " ".join(one.get(f"{web.address}/clients/C-1", timeout=10).text.split())
    assert "<strong>Ann (S-9)</strong>, mother: may know of milestones, request to call," in page
    assert "Texts in Spanish." in page
    form = {"client": "C-1", "supporter": "S-9"}
    answer = one.post(f"{web.address}/supporters", data=form, timeout=10)
    assert "The supporter is asked to call" in answer.text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/conversation/C-77", "what=seen"),
        ("/conversation/C-1", "what=explode"),
        ("/conversation/C-1", "what=answer&words=x&form=99999999999999999999999"),
        ("/notes", "client=C-77&words=x"),
        ("/supporters", "client=C-1&supporter=S-2"),
        ("/notes", "client=C-1&alert=77&words=x"),
        ("/notes", "words=" + "x" * 100_000),
    ],
)
def test_an_odd_form_is_answered_calmly(
    web: WebServer, one: requests.Session, path: str, body: str
) -> None:
    assert one.post(web.address + path, data=body, timeout=10).status_code == 404
