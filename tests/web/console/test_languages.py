"""The console speaks the language that a person chose, else the one of the browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from engine.store.database.connection import Database
from engine.web.server import WebServer
from tests.kit.console import ConsoleSite


@pytest.fixture
def web(database: Database) -> Iterator[WebServer]:
    with ConsoleSite(database).served() as server:
        yield server


def test_a_page_is_in_the_language_of_the_browser(web: WebServer) -> None:
    asked = {"Accept-Language": "es-US,es;q=0.9"}
    page = requests.get(f"{web.address}/sign-in", headers=asked, timeout=10).text
    assert '<html lang="es">' in page
    assert "Iniciar sesión" in page
    assert '<html lang="en">' in requests.get(f"{web.address}/sign-in", timeout=10).text


def test_the_link_at_the_foot_is_kept(web: WebServer) -> None:
    browser = requests.Session()
    english = browser.get(f"{web.address}/sign-in?a=b%26c", timeout=10).text
    assert '<a href="?a=b%26c&amp;language=es" lang="es" hreflang="es">Español</a>' in english

    browser.get(f"{web.address}/sign-in?language=es", timeout=10)

    assert "Contraseña" in browser.get(f"{web.address}/sign-in", timeout=10).text


def test_a_refusal_is_in_the_language_too(web: WebServer) -> None:
    page = requests.get(f"{web.address}/?language=es", timeout=10)
    assert page.status_code == 401
    assert "Su sesión está cerrada" in page.text
    assert "Iniciar sesión" in page.text


def test_a_language_that_we_do_not_speak_is_english(web: WebServer) -> None:
    browser = requests.Session()
    page = browser.get(f"{web.address}/sign-in?language=xx", timeout=10).text
    assert '<html lang="en">' in page
    assert not browser.cookies
