"""Connections that bring no request in time are cut off, and many of them keep no caller out."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.request import urlopen

import pytest

from engine.web import connections
from engine.web.application import application
from engine.web.server import WebServer
from tests.web.test_health import Daemon

HALF_OPEN = b"POST /twilio/inbound HTTP/1.1\r\nHost: a\r\nX-A: "
SLOW_BODY = b"POST /twilio/inbound HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nBody=h"


@pytest.fixture
def web() -> Iterator[WebServer]:
    server = WebServer("127.0.0.1", 0, lambda: application(Daemon()))
    server.start()
    _healthy(server)
    yield server
    server.stop()


def _healthy(web: WebServer) -> None:
    with urlopen(f"{web.address}/healthz", timeout=10) as answer:
        assert answer.status == 200


def _connect(web: WebServer, sent: bytes) -> socket.socket:
    host, port = web.address.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), 10)
    connection.sendall(sent)
    return connection


def _end(connection: socket.socket) -> bytes:
    """What the server says until it closes the connection."""
    with connection:
        try:
            return b"".join(iter(lambda: connection.recv(1000), b""))
        except ConnectionResetError:
            return b""


@pytest.mark.parametrize("sent", [b"", HALF_OPEN, SLOW_BODY])
def test_a_connection_without_a_whole_request_in_time_is_cut_off(
    web: WebServer, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.05)
    assert b"200" not in _end(_connect(web, sent))


def test_a_second_request_on_a_connection_has_a_deadline_of_its_own(
    web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.2)
    request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    assert _end(_connect(web, request + HALF_OPEN)).count(b"HTTP/1.1 200") == 1


def test_half_open_connections_make_room_for_whole_requests_the_oldest_first(
    web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 5)
    held = [_connect(web, HALF_OPEN) for _ in range(30)]
    _healthy(web)
    assert [_end(one) for one in held[:24]] == [b""] * 24
    for one in held[24:]:
        one.close()


def test_an_answer_is_never_held_back_for_an_acknowledgement() -> None:
    web = WebServer("127.0.0.1", 0, lambda: application(Daemon()))
    web.start()
    with socket.create_connection(web._socket.getsockname()) as caller:
        caller.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert caller.recv(1)
        # asyncio sends at once on accepted sockets that name this protocol.
        assert web._socket.proto == socket.IPPROTO_TCP
    web.stop()
