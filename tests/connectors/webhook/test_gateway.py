"""Posts to a program that wakes people: our own receiver believes them, and knows them again."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from connectors.http.signatures import AuthResult, SenderKeys
from connectors.webhook.gateway import Webhook
from engine.messaging.waking_words import webhook_words
from engine.model.instant import MINUTE_US, SECOND_US
from engine.model.message import Outgoing, Way
from engine.model.wake_settings import WebhookSettings
from tests.kit.waking_server import RESET, WakingServer

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MADE = 1_800_000_000 * SECOND_US
PAGE = Outgoing(7, "PD-dana", webhook_words(17, "", drill=False), MADE, way=Way.WEBHOOK)


@pytest.fixture
def server() -> Iterator[WakingServer]:
    server = WakingServer()
    yield server
    server.close()


def gateway(server: WakingServer, now: int = MADE + 9 * MINUTE_US) -> Webhook:
    given = {"url": f"{server.url}/page", "secret": {"env": "PAGER"}}
    return Webhook(WebhookSettings.model_validate(given), {"PAGER": SECRET}, lambda: now)


def test_a_post_says_the_code_and_nothing_of_a_client(server: WakingServer) -> None:
    assert gateway(server).send(PAGE).outcome == "accepted"
    ((_, body),) = server.taken
    assert body == {
        "type": "alert.urgent",
        "timestamp": "2027-01-15T08:00:00+00:00",
        "data": {"code": 17, "to": "PD-dana"},
    }


def test_a_post_in_doubt_goes_again_with_its_id_and_a_fresh_signature(server: WakingServer) -> None:
    server.answers = [RESET]
    assert gateway(server).send(PAGE).outcome == "unknown"
    assert gateway(server).look_up(PAGE) is None
    gateway(server, MADE + 20 * MINUTE_US).send(PAGE)
    (first, _), (second, _) = server.taken
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-signature"] != second["webhook-signature"]


@pytest.mark.parametrize(
    ("secret", "minutes", "believed"),
    [(SECRET, 9, AuthResult.OK), (SECRET, 19, AuthResult.OUTDATED), ("other", 9, AuthResult.WRONG)],
)
def test_our_own_receiver_believes_the_right_secret_alone(
    server: WakingServer, secret: str, minutes: int, believed: AuthResult
) -> None:
    gateway(server).send(PAGE)
    ((headers, body),) = server.taken
    raw = json.dumps(body).encode()
    assert SenderKeys((secret,)).check(headers, raw, MADE + minutes * MINUTE_US) is believed


def test_doctor_hears_whether_the_program_answers(server: WakingServer) -> None:
    server.answers = [(405, {})]
    assert gateway(server).examine() == (
        True, f"The webhook at 127.0.0.1:{server.port} answers.",
    )  # fmt: skip
    assert server.asked == ["HEAD /page"]
    server.close()
    ok, said = gateway(server).examine()
    assert not ok
    assert said.endswith("so nobody is paged.")
    assert server.taken == []
