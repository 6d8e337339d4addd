"""A post to a server that wakes people: each outcome is told from the others."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from connectors import posting
from connectors.posting import post
from engine.model.message import SendResult
from engine.model.web_address import ProtectedUrl
from tests.kit.mail_server import make_certificate
from tests.kit.waking_server import RESET, WakingServer


@pytest.fixture
def server() -> Iterator[WakingServer]:
    server = WakingServer()
    yield server
    server.close()


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ((204, {}), SendResult("accepted")),
        ((400, {}), SendResult("refused", error_code="400")),
        ((404, {"Retry-After": "9"}), SendResult("refused", error_code="404")),
        ((401, {}), SendResult("retry", error_code="401")),
        ((429, {"Retry-After": "40"}), SendResult("retry", error_code="429", retry_after=40)),
        ((429, {"Retry-After": "9" * 30}), SendResult("retry", error_code="429", retry_after=600)),
        ((429, {"Retry-After": "soon"}), SendResult("retry", error_code="429")),
        ((302, {"Location": "http://127.0.0.1:1/"}), SendResult("retry", error_code="302")),
        ((503, {}), SendResult("retry", error_code="503", answered=False)),
        ((500, {}), SendResult("unknown", error_code="500", answered=False)),
        (RESET, SendResult("unknown", error_text="ConnectionError", answered=False)),
    ],
)
def test_each_answer_has_its_outcome(
    server: WakingServer, answer: tuple[int, dict[str, str]] | str, result: SendResult
) -> None:
    server.answers = [answer]
    assert post(server.url, b"{}", {}) == result
    assert len(server.taken) == 1


def test_a_server_that_is_silent_may_have_taken_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "_TIMEOUT", (0.05, 0.05))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert post(url, b"{}", {}).outcome == "unknown"


def test_a_server_that_is_away_has_taken_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert post(f"http://127.0.0.1:{port}", b"{}", {}).outcome == "retry"


def test_nothing_is_posted_to_a_server_whose_certificate_is_not_trusted(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    server = WakingServer(certificate)
    url = f"https://localhost:{server.port}"
    assert post(url, b"{}", {}).outcome != "accepted"
    assert server.taken == []
    assert post(url, b"{}", {}, certificate[0]).outcome == "accepted"
    server.close()


@pytest.mark.parametrize(
    "written",
    [
        "http://push.example.org", "http://localhost.example.org", "http://127.0.0.1.example.org",
        "https://name:word@push.example.org", "https://", "ftp://localhost", "https://[",
    ],
)  # fmt: skip
def test_an_address_that_others_can_listen_to_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="without https only on this"):
        TypeAdapter(ProtectedUrl).validate_python(written)
