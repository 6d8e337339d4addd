"""Signing in by an identity provider, which may behave badly."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests

from engine.errors import UserError
from engine.flows.console import accounts
from engine.model.identity_provider import IdentityProviderSettings
from engine.model.instant import SECOND_US
from engine.store.database.connection import Database
from engine.web.console.identity_provider import IdentityProvider
from engine.web.console.routes import application
from engine.web.server import WebServer
from tests.kit import identity_provider as kit
from tests.kit.console import ConsoleSite
from tests.kit.identity_provider import CLIENT, SECRET, Claims, Provider

ONE = "one@clinic.example"


@pytest.fixture
def site(sqlite_database: Database) -> ConsoleSite:
    site = ConsoleSite(sqlite_database)
    with site.database.write() as conn:
        accounts.identify(conn, "one", ONE, "tests", site.now)
    return site


@pytest.fixture
def provider(site: ConsoleSite) -> Iterator[Provider]:
    with Provider().running() as provider:
        provider.now = site.now // SECOND_US
        yield provider


@pytest.fixture
def address(site: ConsoleSite, provider: Provider) -> Iterator[str]:
    settings = IdentityProviderSettings.model_validate(
        {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": {"env": "X"}}
    )
    urls: list[str] = []

    def make() -> object:
        wired = IdentityProvider(settings, SECRET, urls[0], lambda: site.now)
        return application(site.desk, urls[0], wired)

    server = WebServer("127.0.0.1", 0, make, part="console")  # type: ignore[arg-type]
    urls.append(server.address)
    server.start()
    yield server.address
    server.stop()


def comes(address: str) -> requests.Response:
    """A browser that follows the link to the provider and comes back."""
    return requests.Session().get(f"{address}/sso", timeout=10)


def test_a_person_whom_the_provider_knows_comes_in(site: ConsoleSite, address: str) -> None:
    came = comes(address)

    assert (came.status_code, came.url) == (200, f"{address}/")
    assert "C-1" in came.text
    assert "Sign in by single sign-on" in requests.get(f"{address}/sign-in", timeout=10).text


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "stranger@clinic.example", "email_verified": True},
        {"email": ONE.upper(), "email_verified": True},
    ],
)
def test_nobody_gets_an_account_by_it(provider: Provider, address: str, claims: Claims) -> None:
    provider.claims = claims

    came = comes(address)

    assert came.status_code == 403
    assert "no account of the console is yours" in came.text
    assert "handrail" not in came.cookies


def test_a_disabled_account_stays_out(site: ConsoleSite, address: str) -> None:
    with site.database.write() as conn:
        accounts.disable(conn, "one", "tests", site.now)

    assert comes(address).status_code == 403


@pytest.mark.parametrize(
    "token",
    [
        kit.by_another_key,
        kit.unsigned,
        kit.by_the_public_key,
        kit.changed(iss="https://evil.example"),
        kit.changed(aud="another"),
        kit.changed(aud=["another"]),
        kit.changed(aud=[CLIENT, "another"], azp="another"),
        kit.changed(nonce="old"),
        kit.changed(nonce=None),
        kit.changed(exp=1),
        kit.changed(exp=None),
        kit.changed(exp="soon"),
        kit.changed(iat=2**40),
        kit.changed(email=None),
        kit.changed(email=["one@clinic.example"]),
        kit.changed(email_verified=False),
        kit.changed(email_verified=None),
        lambda _: "not a token",
        lambda _: "",
    ],
)
def test_a_token_that_is_not_right_signs_nobody_in(
    provider: Provider, address: str, token: Callable[[Claims], str]
) -> None:
    provider.token = token

    came = comes(address)

    assert came.status_code == 502
    assert "Nobody was signed in" in came.text
    assert ONE not in came.text


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize(
    "answer",
    [
        (500, b"{}"),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b"[" * 100_000),
        (302, b""),
        (400, b'{"error": "invalid_grant"}'),
    ],
)
def test_a_provider_that_answers_badly_is_said_and_breaks_nothing(
    provider: Provider, address: str, path: str, answer: tuple[int, bytes]
) -> None:
    provider.broken[path] = answer

    came = comes(address)

    assert came.status_code == 502
    assert "Sign in by another way" in came.text


def test_another_browsers_answer_signs_nobody_in(provider: Provider, address: str) -> None:
    begun = requests.get(f"{address}/sso", allow_redirects=False, timeout=10)
    back = requests.get(begun.headers["Location"], allow_redirects=False, timeout=10)
    asked = len(provider.asked)

    came = requests.get(back.headers["Location"], timeout=10)

    assert came.status_code == 502
    assert len(provider.asked) == asked  # the code was not even tried


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=é", "?error=denied"])
def test_an_answer_to_nothing_is_refused(address: str, query: str) -> None:
    assert requests.get(f"{address}/sso/return{query}", timeout=10).status_code == 502


def test_two_accounts_cannot_be_one_person_at_the_provider(site: ConsoleSite) -> None:
    with site.database.write() as conn, pytest.raises(UserError, match="Another account"):
        accounts.identify(conn, "two", ONE, "tests", site.now)


@pytest.mark.parametrize("issuer", ["http://idp.example", "ftp://idp.example", "idp"])
def test_a_provider_without_tls_is_refused(issuer: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        IdentityProviderSettings.model_validate(
            {"issuer": issuer, "client_id": "x", "client_secret": {"env": "X"}}
        )
