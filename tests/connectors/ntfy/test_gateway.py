"""Pushes to a real server: they say nothing of a client, and a repeated one is the same one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.ntfy.gateway import Ntfy
from engine.errors import UserError
from engine.messaging.waking_words import push_words
from engine.model.instant import SECOND_US
from engine.model.message import Outgoing, Way
from engine.model.wake_settings import NtfySettings
from tests.kit.waking_server import RESET, WakingServer

LINK = "https://console.example.org/a/0123456789"
PUSH = Outgoing(
    7, "dana_x81", push_words(LINK, drill=False), 1_800_000_000 * SECOND_US, way=Way.PUSH
)


@pytest.fixture
def server() -> Iterator[WakingServer]:
    server = WakingServer()
    yield server
    server.close()


def gateway(server: WakingServer, token: str | None = "tk_1") -> Ntfy:
    given = {"server": server.url, "token": {"env": "NTFY_TOKEN"} if token else None}
    return Ntfy(NtfySettings.model_validate(given), {"NTFY_TOKEN": token or ""})


def test_a_push_says_nothing_of_a_client_and_is_the_same_when_it_goes_again(
    server: WakingServer,
) -> None:
    server.answers = [RESET]
    ntfy = gateway(server)
    assert ntfy.send(PUSH).outcome == "unknown"
    assert ntfy.look_up(PUSH) is None
    assert ntfy.send(PUSH).outcome == "accepted"
    (first, body), (second, again) = server.taken
    assert body == again == {
        "topic": "dana_x81",
        "title": "Handrail needs you: please look at your phone now",
        "message": "An urgent alert needs you. The text on your phone says how to take it.",
        "priority": 5,
        "click": LINK,
    }  # fmt: skip
    assert first["authorization"] == "Bearer tk_1"
    assert first["x-sequence-id"] == second["x-sequence-id"]


def test_a_push_without_a_link_opens_nothing(server: WakingServer) -> None:
    without = Outgoing(8, "dana_x81", push_words("", drill=True), 0, way=Way.PUSH)
    gateway(server, token=None).send(without)
    ((headers, body),) = server.taken
    assert "click" not in body
    assert body["title"].startswith("This is a DRILL")
    assert "authorization" not in headers


def test_doctor_hears_whether_the_server_lets_us_in(server: WakingServer) -> None:
    assert gateway(server).examine() == (
        True, f"The ntfy server 127.0.0.1:{server.port} lets us in.",
    )  # fmt: skip
    server.answers = [(401, {})]
    ok, said = gateway(server).examine()
    assert not ok
    assert "does not let us in (401)" in said
    gateway(server, token=None).examine()
    assert server.asked == ["GET /v1/account", "GET /v1/account", "GET /v1/health"]
    assert server.taken == []


def test_a_token_that_is_missing_is_said_at_once() -> None:
    given = {"server": "https://ntfy.example.org", "token": {"env": "NTFY_TOKEN"}}
    with pytest.raises(UserError, match="NTFY_TOKEN"):
        Ntfy(NtfySettings.model_validate(given), {})
