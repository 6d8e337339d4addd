"""The console over real HTTP: what it lets in, what it says, and what it keeps to itself."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import requests

from engine.errors import StoreUnavailableError
from engine.flows.console import signing_in
from engine.model.account import IDLE_US
from engine.store.database.connection import Database
from engine.web.console import reception
from engine.web.console.guard import HEADERS
from engine.web.server import WebServer
from tests.kit.console import ConsoleSite
from tests.kit.times import NOON, hours

WHY = "/why?client=C-{}&rule=two-missed"
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    return ConsoleSite(database)


@pytest.fixture
def web(site: ConsoleSite) -> Iterator[WebServer]:
    with site.served() as server:
        yield server


def signed_in(site: ConsoleSite, web: WebServer, name: str) -> requests.Session:
    """A browser that came in by a link."""
    browser = requests.Session()
    browser.headers.update(SAME)
    browser.post(f"{web.address}/sign-in/{site.link(name)}", timeout=10)
    return browser


def test_a_link_leads_to_the_caseload(site: ConsoleSite, web: WebServer) -> None:
    link = f"{web.address}/sign-in/{site.link('one')}"
    browser = requests.Session()

    looked = browser.get(link, timeout=10)
    came = browser.post(link, headers=SAME, timeout=10)

    assert "Sign in as one" in looked.text
    assert came.url == f"{web.address}/"
    assert ("C-1" in came.text, "C-2" in came.text) == (True, False)


def test_a_used_link_signs_nobody_in(site: ConsoleSite, web: WebServer) -> None:
    link = f"{web.address}/sign-in/{site.link('one')}"
    requests.post(link, headers=SAME, timeout=10)

    again = requests.post(link, headers=SAME, timeout=10)

    assert again.status_code == 403
    assert "It works once" in again.text
    assert not again.cookies


@pytest.mark.parametrize(
    "path",
    ["/", "/clients/C-1", "/clients/C-77", "/rules", "/on-call", "/why?client=C-1&rule=two-missed"],
)
def test_without_a_session_nothing_of_a_client_is_shown(
    site: ConsoleSite, web: WebServer, path: str
) -> None:
    answer = requests.get(web.address + path, timeout=10)

    assert answer.status_code == 401
    assert "C-1" not in answer.text


def test_a_quarter_of_an_hour_without_a_request_ends_the_session(
    site: ConsoleSite, web: WebServer
) -> None:
    browser = signed_in(site, web, "one")
    shown = browser.get(f"{web.address}/clients/C-1", timeout=10)
    site.now += IDLE_US

    after = browser.get(f"{web.address}/clients/C-1", timeout=10)

    assert (shown.status_code, after.status_code) == (200, 401)
    # The browser leaves an open page by itself and keeps no copy to go back to.
    assert shown.headers["Refresh"] == "900; url=/signed-out"
    assert shown.headers["Cache-Control"] == "no-store"


def test_signing_out_ends_the_session(site: ConsoleSite, web: WebServer) -> None:
    browser = signed_in(site, web, "one")

    out = browser.post(f"{web.address}/sign-out", timeout=10)

    assert out.url == f"{web.address}/signed-out"
    assert browser.get(f"{web.address}/", timeout=10).status_code == 401


def test_a_time_that_cannot_be_read_is_said(site: ConsoleSite, web: WebServer) -> None:
    answer = signed_in(site, web, "one").get(f"{web.address}{WHY.format(1)}&at=soon", timeout=10)

    assert answer.status_code == 400
    assert "is not a date" in answer.text


def test_a_refusal_names_nothing_of_the_client(site: ConsoleSite, web: WebServer) -> None:
    browser = signed_in(site, web, "one")

    refused = browser.get(f"{web.address}/clients/C-2", timeout=10)

    assert refused.status_code == 403
    assert "C-2" not in refused.text
    assert "check-ins" not in refused.text


def test_a_button_leads_back_and_says_what_it_did(site: ConsoleSite, web: WebServer) -> None:
    browser = signed_in(site, web, "one")

    took = browser.post(f"{web.address}/alerts/{site.alert_of(1)}/take", timeout=10)

    assert "It is yours." in took.text
    assert "<strong>yours</strong>" in took.text
    assert f'action="/alerts/{site.alert_of(1)}/undo"' in took.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": None, "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": None},
    ],
)
def test_a_button_on_another_site_does_nothing(
    site: ConsoleSite, web: WebServer, headers: dict[str, str]
) -> None:
    browser = signed_in(site, web, "one")

    forged = browser.post(
        f"{web.address}/alerts/{site.alert_of(1)}/take", headers=headers, timeout=10
    )

    assert forged.status_code == 403
    assert site.site.alerts[0].state == "open"


def test_a_browser_that_names_the_origin_alone_may_act(site: ConsoleSite) -> None:
    with site.served("https://handrail.example") as web:
        took = requests.post(
            f"{web.address}/sign-in/{site.link('one')}",
            headers={"Origin": "https://handrail.example"},
            allow_redirects=False,
            timeout=10,
        )

    assert took.status_code == 303


def test_a_page_that_is_fetched_ahead_is_no_view(site: ConsoleSite, web: WebServer) -> None:
    browser = signed_in(site, web, "one")

    ahead = browser.get(
        f"{web.address}/clients/C-1", headers={"Sec-Purpose": "prefetch;prerender"}, timeout=10
    )

    assert ahead.status_code == 503
    assert site.audited("viewed") == ["caseload"]  # the list after signing in


@pytest.mark.parametrize(
    "path", ["/", "/clients/C-1", "/assets/console.css", "/nothing", "/sign-in/x"]
)
def test_every_answer_guards_the_browser(site: ConsoleSite, web: WebServer, path: str) -> None:
    answer = signed_in(site, web, "one").get(web.address + path, timeout=10)

    for name in HEADERS.keys() - {"Cache-Control"}:
        assert answer.headers[name] == HEADERS[name]


def test_over_https_the_cookie_is_this_hosts_alone(site: ConsoleSite) -> None:
    with site.served("https://handrail.example") as web:
        answer = requests.post(
            f"{web.address}/sign-in/{site.link('one')}",
            headers=SAME,
            allow_redirects=False,
            timeout=10,
        )

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-handrail=")
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"))
    assert answer.headers["Strict-Transport-Security"]


def test_a_word_in_an_event_cannot_become_a_script(site: ConsoleSite, web: WebServer) -> None:
    bad = "<script>alert(1)</script>"
    site.site.caseload.event(1, "goal", NOON - hours(1), goal=bad, status="set")
    browser = signed_in(site, web, "one")

    page = browser.get(f"{web.address}/clients/C-1", timeout=10)
    told = browser.get(f"{web.address}/clients/C-1?did=taken&owner={bad}", timeout=10)

    assert bad not in page.text + told.text
    assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../base.html",
        "/assets/base.html",
        "/?page=0",
        "/?page=x",
        "/why?client=C-1&rule=nothing",
        "/why",
        "/rules/nothing",
        "/alerts/1/explode",
        "/alerts/99999999999999999999/take",
        "/clients/" + "x" * 3000,
        "/?text=%00",
    ],
)
def test_an_odd_address_is_answered_calmly(site: ConsoleSite, web: WebServer, path: str) -> None:
    browser = signed_in(site, web, "super")

    answer = browser.request(
        "POST" if "/alerts/" in path else "GET", web.address + path, timeout=10
    )

    assert answer.status_code in {200, 404}
    assert "Traceback" not in answer.text


def test_a_fault_of_ours_shows_nothing_and_logs_no_token(
    site: ConsoleSite, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[dict[str, object]] = []
    monkeypatch.setattr(
        reception, "_log", SimpleNamespace(error=lambda _, **words: logged.append(words))
    )

    def fails(*_: object) -> None:
        raise ZeroDivisionError("C-1 is in here")

    monkeypatch.setattr(signing_in, "account_of_link", fails)
    answer = requests.get(f"{web.address}/sign-in/secret-token", timeout=10)

    assert answer.status_code == 500
    assert "The fault is ours" in answer.text
    assert "C-1" not in answer.text
    assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)
    assert [one["route"] for one in logged] == ["/sign-in/{token}"]


def test_a_database_that_is_away_is_said_and_nothing_changes(
    site: ConsoleSite, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(site, web, "one")

    def away() -> None:
        raise StoreUnavailableError("The disk is gone.")

    monkeypatch.setattr(site.database, "read", away)
    answer = browser.get(f"{web.address}/", timeout=10)

    assert answer.status_code == 503
    assert "Nothing was changed" in answer.text
    assert "disk" not in answer.text
