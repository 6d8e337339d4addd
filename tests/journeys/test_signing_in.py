"""Coming in by a real browser: password and app, passkeys, idle sessions, emergency access."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from engine.model.account import IDLE_US
from engine.model.instant import MINUTE_US, SECOND_US
from engine.store.database.connection import Database
from engine.web.console.routes import application
from engine.web.server import WebServer
from tests.kit.accessibility import violations
from tests.kit.console import PASSWORD, ConsoleSite


@pytest.fixture
def site(sqlite_database: Database) -> ConsoleSite:
    return ConsoleSite(sqlite_database)


@pytest.fixture
def address(site: ConsoleSite) -> Iterator[str]:
    """The console under a name, because passkeys need one."""
    url: list[str] = []
    server = WebServer("127.0.0.1", 0, lambda: application(site.desk, url[0]), part="console")
    url.append(server.address.replace("127.0.0.1", "localhost"))
    server.start()
    yield url[0]
    server.stop()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport={"width": 390, "height": 900})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    # A refused request and a cache that is emptied at signing out are no faults of a page.
    expected = re.compile("status of 40|^Clear-Site-Data")
    assert [line for line in said if not expected.search(line)] == []


def come_by_link(page: Page, site: ConsoleSite, name: str) -> None:
    page.goto(f"/sign-in/{site.link(name)}")
    page.get_by_role("button", name=f"Sign in as {name}").click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def without_violations(page: Page) -> None:
    assert violations(page) == []


def test_a_person_sets_a_password_and_signs_in_by_it(page: Page, site: ConsoleSite) -> None:
    come_by_link(page, site, "one")
    page.get_by_role("link", name="Choose how you sign in").click()
    without_violations(page)
    page.get_by_role("link", name="Set a password").click()
    without_violations(page)
    secret = "".join(page.locator("form code").inner_text().split())

    page.get_by_label("The code that the app shows now").fill(site.code(secret))
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Save").click()
    heading(page, "Recovery codes")
    assert page.locator("li code").count() == 10
    without_violations(page)
    page.get_by_role("button", name="Sign out").click()
    site.now += MINUTE_US

    page.goto("/clients/C-1")
    page.get_by_role("link", name="Sign in").click()
    without_violations(page)
    page.get_by_label("Name").fill("one")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code").fill(pyotp.TOTP(secret).at(site.now // SECOND_US))
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("C-1")
    expect(page).to_have_url(re.compile("/clients/C-1$"))


def test_a_mistake_in_the_form_keeps_the_secret_of_the_app(page: Page, site: ConsoleSite) -> None:
    come_by_link(page, site, "one")
    page.goto("/account/password")
    before = page.locator("form code").inner_text()

    page.get_by_label("The code that the app shows now").fill("000000")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("alert")).to_contain_text("Check the clock of your phone")
    assert page.locator("form code").inner_text() == before


def test_a_passkey_is_made_and_signs_in(page: Page, site: ConsoleSite) -> None:
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    come_by_link(page, site, "super")
    page.goto("/account")

    page.get_by_label("Name of this device").fill("my phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("my phone")).to_be_visible()
    without_violations(page)
    page.get_by_role("button", name="Sign out").click()
    page.goto("/sign-in")
    site.now += SECOND_US
    page.get_by_role("button", name="Sign in with a passkey").click()

    heading(page, "Caseload")
    page.goto("/account")
    expect(page.get_by_text("by passkey")).to_be_visible()
    page.get_by_role("button", name="Remove my phone").click()
    expect(page.get_by_text("You have none.")).to_be_visible()


def test_a_browser_without_the_passkey_says_so(page: Page, site: ConsoleSite) -> None:
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": False,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/sign-in")

    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("status")).to_contain_text("No passkey signed you in.")


def test_an_idle_quarter_of_an_hour_shows_nothing_even_on_the_way_back(
    page: Page, site: ConsoleSite
) -> None:
    come_by_link(page, site, "one")
    page.get_by_role("link", name="C-1").click()
    page.get_by_role("link", name="On call").click()
    site.now += IDLE_US

    page.go_back()

    heading(page, "You are signed out")
    assert "C-1" not in page.content()
    page.go_back()
    assert "C-1" not in page.content()


def test_one_session_ends_another(page: Page, site: ConsoleSite, browser: Browser) -> None:
    come_by_link(page, site, "one")
    other = browser.new_context(base_url=page.url)
    elsewhere = other.new_page()
    come_by_link(elsewhere, site, "one")

    elsewhere.goto("/account")
    elsewhere.get_by_role("button", name="End").click()
    expect(elsewhere.get_by_role("button", name="End")).to_have_count(0)
    page.goto("/")

    heading(page, "You are signed out")
    other.close()


def test_in_an_emergency_a_reason_opens_the_client_of_another(
    page: Page, site: ConsoleSite, browser: Browser
) -> None:
    come_by_link(page, site, "one")
    page.goto("/clients/C-2")
    heading(page, "Not your client")
    without_violations(page)

    page.get_by_label("Why do you need").fill("She called the office in tears.")
    page.get_by_role("button", name="Open for four hours").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("C-2")
    expect(page.get_by_text("by emergency access for another 4 h")).to_be_visible()

    other = browser.new_context(base_url=page.url)
    supervisor = other.new_page()
    come_by_link(supervisor, site, "super")
    supervisor.get_by_role("link", name="Emergency access").click()
    expect(supervisor.get_by_text("She called the office in tears.")).to_be_visible()
    without_violations(supervisor)
    supervisor.get_by_label("Finding").fill("Right, and told S-2.")
    supervisor.get_by_role("button", name="Close the review").click()
    expect(supervisor.get_by_text("reviewed by super")).to_be_visible()
    other.close()
    page.reload()
    heading(page, "Not your client")


def test_a_supervisor_adds_an_account_whose_link_signs_in(
    page: Page, site: ConsoleSite, browser: Browser
) -> None:
    come_by_link(page, site, "super")
    page.get_by_role("link", name="Accounts").click()
    without_violations(page)

    page.get_by_label("Account", exact=True).fill("new")
    page.get_by_label("Role").select_option("clinician")
    page.get_by_role("button", name="Add, and make a link").click()
    link = page.get_by_role("status").locator("code").inner_text()
    without_violations(page)

    other = browser.new_context()
    elsewhere = other.new_page()
    elsewhere.goto(link)
    elsewhere.get_by_role("button", name="Sign in as new").click()
    heading(elsewhere, "Rules")
    other.close()
