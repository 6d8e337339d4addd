"""Attacks on the console that need no browser: headers, logs, addresses and stolen cookies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from structlog.testing import capture_logs

from engine.flows.console import own_account
from engine.flows.console.own_account import CodeFault
from engine.model.account import FRESH_US
from engine.presentation import rendering
from engine.store.database.connection import Database
from engine.web.server import WebServer
from tests.kit.console import PASSWORD, ConsoleSite

SAME = {"Sec-Fetch-Site": "same-origin"}
INJECTED = "x\r\nSet-Cookie: handrail=evil\r\n\r\n<script>"


@pytest.fixture
def site(sqlite_database: Database) -> ConsoleSite:
    return ConsoleSite(sqlite_database)


@pytest.fixture
def web(site: ConsoleSite) -> Iterator[WebServer]:
    with site.served() as server:
        yield server


def signed_in(site: ConsoleSite, name: str) -> requests.Session:
    browser = requests.Session()
    browser.headers.update(SAME)
    browser.cookies["handrail"] = site.session(name)
    return browser


@pytest.mark.parametrize("path", ["/clients/{}", "/sign-in/{}", "/rules/{}", "/?text={}", "/{}"])
@pytest.mark.parametrize("name", ["nobody", "super"])
def test_a_line_in_an_address_adds_no_header(
    site: ConsoleSite, web: WebServer, path: str, name: str
) -> None:
    browser = requests.Session() if name == "nobody" else signed_in(site, name)

    answer = browser.get(web.address + path.format(quote(INJECTED)), timeout=10)

    assert "evil" not in answer.headers.get("Set-Cookie", "").replace("handrail%3Devil", "")
    assert "handrail=evil" not in str(answer.headers).replace("%3D", "?")
    assert "<script>x" not in answer.text


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/%09/evil.example", INJECTED],
)
def test_signing_in_leads_to_no_other_site(site: ConsoleSite, web: WebServer, wanted: str) -> None:
    came = requests.post(
        f"{web.address}/sign-in/{site.link('one')}",
        headers=SAME,
        cookies={"handrail-wanted": quote(wanted, safe="")},
        allow_redirects=False,
        timeout=10,
    )

    assert came.headers["Location"] in {"/", "/%09/evil.example"}


def test_the_name_of_another_host_appears_in_no_link(site: ConsoleSite, web: WebServer) -> None:
    browser = signed_in(site, "operator")
    browser.headers["Host"] = "evil.example"

    made = browser.post(f"{web.address}/accounts/two/link", timeout=10)

    assert "/sign-in/" in made.text
    assert "evil.example" not in made.text


def test_nothing_that_a_stranger_sends_is_written_to_the_log(
    site: ConsoleSite, web: WebServer
) -> None:
    mark = "forged\n2026-01-01 [error] all is lost"
    form = {"name": mark, "password": mark, "code": mark}

    with capture_logs() as logged:
        requests.post(f"{web.address}/sign-in", form, headers=SAME, timeout=10)
        requests.get(f"{web.address}/clients/{quote(mark)}", timeout=10)
        requests.get(f"{web.address}/", cookies={"handrail": "forged"}, timeout=10)
        requests.get(f"{web.address}/", headers={"User-Agent": "forged"}, timeout=10)

    assert "forged" not in str(logged)


def test_a_stolen_cookie_is_worthless_after_signing_out(site: ConsoleSite, web: WebServer) -> None:
    victim, thief = signed_in(site, "one"), requests.Session()
    thief.cookies["handrail"] = victim.cookies["handrail"]
    before = thief.get(f"{web.address}/", timeout=10).status_code

    victim.post(f"{web.address}/sign-out", timeout=10)

    assert (before, thief.get(f"{web.address}/", timeout=10).status_code) == (200, 401)


def test_a_stolen_cookie_makes_no_account_the_thiefs(site: ConsoleSite) -> None:
    stolen = site.who("one")
    site.now += FRESH_US

    done = own_account.set_password(site.desk, stolen, PASSWORD, PASSWORD, "x", "1")

    assert done is CodeFault.NOT_FRESH


def test_a_token_that_the_thief_chose_is_not_taken_over(site: ConsoleSite, web: WebServer) -> None:
    """Session fixation: signing in always makes a new token."""
    victim = requests.Session()
    victim.cookies["handrail"] = "chosen"

    victim.post(f"{web.address}/sign-in/{site.link('one')}", headers=SAME, timeout=10)

    thief = requests.get(f"{web.address}/", cookies={"handrail": "chosen"}, timeout=10)
    assert thief.status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/assets/..%2f..%2fpreview.css",
        "/assets/%2e%2e/base.html",
        "/assets/console.css%00",
        "/clients/../accounts",
        "/clients/..%2f..%2fetc%2fpasswd",
        "/clients//C-1",
        "/clients/C-1/",
        "/CLIENTS/C-1",
        "/clients/C-1;x",
        "/docs",
        "/openapi.json",
    ],
)
def test_no_trick_with_a_path_opens_anything(site: ConsoleSite, web: WebServer, path: str) -> None:
    browser = signed_in(site, "two")
    asked = requests.Request("GET", web.address, cookies=browser.cookies).prepare()
    asked.url = web.address + path  # as it stands, because requests would make it tidy

    answer = browser.send(asked, timeout=10)

    assert answer.status_code in {403, 404}
    assert "C-1" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X"])
def test_other_methods_do_nothing(site: ConsoleSite, web: WebServer, method: str) -> None:
    answer = signed_in(site, "super").request(
        method, f"{web.address}/alerts/{site.alert_of(1)}/take", timeout=10
    )

    assert answer.status_code in {400, 403, 404, 405}
    assert site.site.alerts[0].state == "open"


def test_a_form_of_many_fields_or_bytes_is_answered_calmly(
    site: ConsoleSite, web: WebServer
) -> None:
    browser = signed_in(site, "super")

    many = browser.post(f"{web.address}/accounts", "&".join(["a=1"] * 50_000), timeout=10)
    long = browser.post(f"{web.address}/accounts", "name=" + "x" * 3_000_000, timeout=10)

    assert {many.status_code, long.status_code} <= {400, 413}


def test_all_scripts_together_are_small() -> None:
    folder = Path(rendering.__file__).with_name("templates") / "console"

    assert 0 < sum(len(one.read_bytes()) for one in folder.glob("*.js")) < 15_000
