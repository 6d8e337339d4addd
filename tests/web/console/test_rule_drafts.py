"""Rule files and drafts over real HTTP: who may, and that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import requests

from engine.errors import StoreUnavailableError
from engine.model.account import IDLE_US
from engine.store.database.connection import Database
from engine.web.server import WebServer
from tests.kit.rule_site import CASES, RULES, RuleSite

SAME = {"Sec-Fetch-Site": "same-origin"}
TYPED = {"do": "save", "version": "1", "rules": RULES + "# <b>mine</b>\n", "cases": CASES}


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> RuleSite:
    return RuleSite(sqlite_database, folder=tmp_path)


@pytest.fixture
def web(site: RuleSite) -> Iterator[WebServer]:
    with site.served() as server:
        yield server


class Caller:
    """A browser of an account that is signed in."""

    def __init__(self, site: RuleSite, web: WebServer, name: str) -> None:
        self._address, self._session = web.address, requests.Session()
        self._session.headers.update(SAME)
        self.post(f"/sign-in/{site.link(name)}")

    def get(self, path: str) -> requests.Response:
        return self._session.get(self._address + path, allow_redirects=False, timeout=20)

    def post(self, path: str, **fields: str) -> requests.Response:
        return self._session.post(
            self._address + path, data=fields, allow_redirects=False, timeout=20
        )


@pytest.mark.parametrize("path", ["/rule-files", "/rule-files/missed.yaml", "/rule-drafts/1"])
def test_without_a_session_nothing_is_shown(site: RuleSite, web: WebServer, path: str) -> None:
    answer = requests.get(web.address + path, timeout=10)

    assert answer.status_code == 401
    assert "two-missed" not in answer.text


def test_a_session_that_ends_while_one_writes_gives_the_text_back(
    site: RuleSite, web: WebServer
) -> None:
    caller = Caller(site, web, "clinician")
    caller.post("/rule-files/missed.yaml/draft")
    site.now += IDLE_US

    answer = caller.post("/rule-drafts/1", **TYPED)

    assert answer.status_code == 401
    assert TYPED["rules"] in unescape(answer.text)
    assert "<b>mine" not in answer.text


def test_a_database_that_is_away_while_one_writes_gives_the_text_back(
    site: RuleSite, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = Caller(site, web, "clinician")
    caller.post("/rule-files/missed.yaml/draft")

    def away(**_: object) -> None:
        raise StoreUnavailableError

    monkeypatch.setattr(site.database, "write", away)
    answer = caller.post("/rule-drafts/1", **TYPED)

    assert answer.status_code == 503
    assert TYPED["rules"] in unescape(answer.text)


def test_a_second_window_gets_both_texts(site: RuleSite, web: WebServer) -> None:
    caller = Caller(site, web, "clinician")
    caller.post("/rule-files/missed.yaml/draft")
    first = caller.post("/rule-drafts/1", **TYPED)

    second = caller.post("/rule-drafts/1", **{**TYPED, "rules": RULES + "# yours\n"})

    assert (first.status_code, second.status_code) == (200, 409)
    assert "# yours" in second.text
    assert "- # &lt;b&gt;mine" in second.text


def test_a_page_in_which_one_writes_does_not_leave_by_itself(
    site: RuleSite, web: WebServer
) -> None:
    caller = Caller(site, web, "clinician")
    caller.post("/rule-files/missed.yaml/draft")

    assert "Refresh" not in caller.get("/rule-drafts/1").headers


def test_a_form_of_more_than_a_megabyte_is_refused_whole(site: RuleSite, web: WebServer) -> None:
    caller = Caller(site, web, "clinician")
    caller.post("/rule-files/missed.yaml/draft")

    answer = caller.post("/rule-drafts/1", **{**TYPED, "rules": "#" * 1_100_000})

    assert answer.status_code == 400
    assert "longer than a megabyte" in answer.text
