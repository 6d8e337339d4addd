"""A server says that it has something new; it must show who it is, and its words are not read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from connectors.fhir.source import FhirSource
from engine.config import load
from engine.incoming_calls import IncomingCalls
from engine.store.database.connection import Database
from engine.web.application import application
from engine.web.server import WebServer
from tests.connectors.fhir.fhir_site import FhirSite
from tests.kit.fhir_server import FhirServerProcess
from tests.kit.source_pages import DOCS, read_page
from tests.web.test_health import Daemon

DIGEST = f"[{sha256(b'key').hexdigest()}]"
KEY = {"Authorization": "Bearer key"}


def calls_of(source: FhirSource, woken: list[str]) -> IncomingCalls:
    nothing = cast("Any", SimpleNamespace())
    return IncomingCalls(nothing, [source], nothing, nothing, nothing, nothing, woken.append)


def source_of(folder: Path, more: str) -> FhirSource:
    config = read_page("sources_fhir.md").config.replace("auth:", f"{more}\n    auth:")
    (folder / "config.yaml").write_text(f"timezone: UTC\n{config}")
    settings = load(folder / "config.yaml")
    return FhirSource(cast("Any", settings.sources[0]), settings.kinds)


@pytest.fixture
def woken() -> list[str]:
    return []


@pytest.fixture
def web(tmp_path: Path, woken: list[str]) -> Iterator[WebServer]:
    source = source_of(tmp_path, f"subscription: {{bearer: {DIGEST}}}")
    routes = calls_of(source, woken).routes()
    server = WebServer("127.0.0.1", 0, lambda: application(Daemon(), routes))
    server.start()
    yield server
    server.stop()


def call(web: WebServer, method: str, path: str, headers: dict[str, str], body: str = "") -> int:
    connection = HTTPConnection(web.address.partition("//")[2], timeout=20)
    try:
        connection.request(method, path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_server_that_shows_the_key_has_its_news_asked_for(
    web: WebServer, woken: list[str]
) -> None:
    assert call(web, "POST", "/in/ehr", KEY) == 204
    assert call(web, "PUT", "/in/ehr/Appointment/7", KEY, "not even JSON") == 204
    assert woken == ["ingest", "ingest"]


def test_nobody_else_has_anything_asked_for(web: WebServer, woken: list[str]) -> None:
    for wrong in ({}, {"Authorization": "Bearer other"}, {"Authorization": "Basic key"}):
        assert call(web, "POST", "/in/ehr", wrong) == 401
    assert call(web, "GET", "/in/ehr", KEY) == 405
    assert woken == []


def test_without_a_subscription_there_is_no_path(tmp_path: Path, woken: list[str]) -> None:
    assert calls_of(source_of(tmp_path, ""), woken).routes() == []


def test_the_subscription_of_the_page_calls_without_content() -> None:
    page = (DOCS / "sources_fhir.md").read_text("utf-8")
    written = page.partition("    ```json\n")[2].partition("```")[0]
    channel = json.loads(written)["channel"]
    assert channel["endpoint"].endswith("/in/ehr")
    assert "payload" not in channel


def test_news_come_before_the_interval_is_over(
    tmp_path: Path, sqlite_database: Database, server: FhirServerProcess, woken: list[str]
) -> None:
    more = f"    subscription: {{bearer: {DIGEST}}}\n"
    site = FhirSite(tmp_path, sqlite_database, server, more=more)
    routes = calls_of(site.asked, woken).routes()
    web = WebServer("127.0.0.1", 0, lambda: application(Daemon(), routes))
    site.read()
    site.appointment("1", "noshow")
    site.now -= timedelta(minutes=4)
    assert site.read() == {}
    web.start()
    assert call(web, "POST", "/in/ehr", KEY) == 204
    web.stop()
    site.now -= timedelta(minutes=5)
    assert site.read()["Appointment"].new == 1
