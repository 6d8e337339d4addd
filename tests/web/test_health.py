"""The pages for machines, over real HTTP."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from engine.errors import UserError
from engine.web.application import application
from engine.web.health import without_names
from engine.web.server import WebServer


class Daemon:
    """A daemon as the pages see it."""

    def __init__(self) -> None:
        self.stale_ticks: list[str] = []
        self.reasons: list[str] = []

    def stale(self) -> list[str]:
        return self.stale_ticks

    def unready(self) -> list[str]:
        return self.reasons

    def warnings(self) -> list[str]:
        return ["texts cannot be sent"]

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("handrail_rejects", "Rows that wait to be fixed.", value=3)


@pytest.fixture
def daemon() -> Daemon:
    return Daemon()


@pytest.fixture
def web(daemon: Daemon) -> Iterator[WebServer]:
    server = WebServer("127.0.0.1", 0, lambda: application(daemon))
    server.start()
    yield server
    server.stop()


def get(web: WebServer, path: str, authorization: str = "") -> tuple[int, str]:
    asked = Request(web.address + path, headers={"Authorization": authorization})
    try:
        with urlopen(asked, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_fresh_daemon_is_healthy_and_ready(web: WebServer) -> None:
    assert get(web, "/healthz") == (
        200,
        json.dumps({"status": "ok", "stale": []}, separators=(",", ":")),
    )
    ready = {"status": "ok", "reasons": [], "warnings": ["texts cannot be sent"]}
    assert get(web, "/readyz") == (200, json.dumps(ready, separators=(",", ":")))


def test_a_stale_tick_is_unhealthy(web: WebServer, daemon: Daemon) -> None:
    daemon.stale_ticks = ["deliver"]
    status, body = get(web, "/healthz")
    assert status == 503
    assert json.loads(body)["stale"] == ["deliver"]


def test_a_daemon_without_its_database_is_not_ready_but_alive(
    web: WebServer, daemon: Daemon
) -> None:
    daemon.reasons = ["The database cannot be reached."]
    assert get(web, "/readyz")[0] == 503
    assert get(web, "/healthz")[0] == 200


def test_metrics_are_prometheus_text(web: WebServer) -> None:
    status, body = get(web, "/metrics")
    assert status == 200
    assert "handrail_rejects 3.0" in body


@pytest.mark.parametrize("page", ["/metrics", "/readyz"])
def test_with_a_token_figures_and_readiness_are_for_those_who_bring_it(
    page: str, daemon: Daemon
) -> None:
    server = WebServer("127.0.0.1", 0, lambda: application(daemon, token="open sesame"))
    server.start()
    try:
        for wrong in ("", "Bearer ", "Bearer open", "Basic open sesame", "Bearer open sesame2"):
            assert get(server, page, wrong)[0] == 401
        assert get(server, page, "Bearer open sesame")[0] == 200
        assert get(server, "/healthz")[0] == 200
    finally:
        server.stop()


def test_nothing_else_is_served(web: WebServer) -> None:
    for path in ("/", "/docs", "/openapi.json"):
        assert get(web, path)[0] == 404


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UserError, match=f"^Port {port} on 127.0.0.1 is in use.*$"):
            WebServer("127.0.0.1", port, lambda: application(Daemon()))


def test_an_address_of_another_machine_is_one_sentence() -> None:
    with pytest.raises(UserError, match="cannot be used"):
        WebServer("203.0.113.7", 8470, lambda: application(Daemon()))
    with pytest.raises(UserError, match="cannot be used"):
        WebServer("no such host", 8470, lambda: application(Daemon()))


def test_a_server_that_never_began_can_be_stopped() -> None:
    server = WebServer("127.0.0.1", 0, lambda: application(Daemon()))
    address = server.address
    server.start()
    server.stop()
    with pytest.raises(URLError):
        urlopen(address, timeout=5)


def test_health_answers_while_every_thread_that_serves_calls_waits(
    web: WebServer, daemon: Daemon
) -> None:
    let_go, waiting = threading.Event(), threading.Semaphore(0)

    def wait() -> list[str]:
        waiting.release()
        let_go.wait(10)
        return []

    daemon.unready = wait  # type: ignore[method-assign]
    callers = [threading.Thread(target=get, args=[web, "/readyz"]) for _ in range(4)]
    for caller in callers:
        caller.start()
    assert waiting.acquire(timeout=10)
    assert get(web, "/healthz")[0] == 200
    let_go.set()
    for caller in callers:
        caller.join()


def test_warnings_name_nothing_of_the_site_and_each_kind_once() -> None:
    broken = [
        "alert 17 has nobody",
        "alert 18 has nobody",
        "alert 18 is not escalated",
        "client 4 cannot be evaluated",
        "source st-mary detox cannot be read",
        "texts cannot be sent",
        "texts to CM-7 do not arrive (error 30003)",
        "the phone of Sam is not confirmed",
        "the text of the day to SV-1 has not arrived",
        "too much is gone at once from the source st-mary, so nothing was ended",
        "row 12 of the audit trail is gone since it was anchored, at 2026-03-01; move /srv/a away",
    ]
    assert without_names(broken) == [
        "an alert has nobody",
        "an alert is not escalated",
        "a client cannot be evaluated",
        "a source cannot be read",
        "texts cannot be sent",
        "texts to a person do not arrive (error 30003)",
        "the phone of a person is not confirmed",
        "a text of the day has not arrived",
        "too much is gone at once from a source, so nothing was ended",
        "a row of the audit trail is gone",
    ]
