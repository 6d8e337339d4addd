"""The real client's requests match Twilio's published API description, served by Prism."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from twilio.base.exceptions import TwilioRestException

from connectors.twilio.gateway import TwilioSms
from connectors.twilio.settings import TwilioSettings
from engine.model.message import Outgoing, Report, Silent
from engine.model.secret import Secret

ROOT = Path(__file__).parents[3]
DESCRIPTION = ROOT.parent / "shared" / "data" / "twilio" / "messages_openapi.json"
PRISM = ROOT / "tests" / "prism" / "node_modules" / ".bin" / "prism"
SECRETS = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 31 + "1", "TWILIO_AUTH_TOKEN": "hush"}
MESSAGE = Outgoing(
    7,
    "+15550100",
    "Handrail: C-1 needs you. See: handrail why 3",
    1_800_000_000_000_000,
    valid_for=600,
)

pytestmark = [
    pytest.mark.skipif(not DESCRIPTION.exists(), reason=f"{DESCRIPTION} is not here"),
    pytest.mark.skipif(
        not PRISM.exists() or shutil.which("node") is None,
        reason="Prism is not here: `make prism` needs npm",
    ),
]


@pytest.fixture(scope="module")
def prism() -> Iterator[str]:
    """The URL at which Prism serves the description."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [PRISM, "mock", "--host", "127.0.0.1", "--port", str(port), DESCRIPTION]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if "Prism is listening" in line:
                break
        else:
            pytest.fail(f"Prism did not start: {''.join(said)}")
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        process.communicate()


@pytest.fixture
def made() -> Iterator[list[TwilioSms]]:
    made: list[TwilioSms] = []
    yield made
    for gateway in made:
        gateway.client.http_client.session.close()


def gateway(made: list[TwilioSms], settings: TwilioSettings) -> TwilioSms:
    made.append(TwilioSms(settings, SECRETS))
    return made[-1]


def unchecked(base_url: str, **wrong: str) -> TwilioSettings:
    """Settings with a mistake in them that the configuration would have refused."""
    secrets = {
        "account_sid": Secret(env="TWILIO_ACCOUNT_SID"),
        "auth_token": Secret(env="TWILIO_AUTH_TOKEN"),
    }
    return TwilioSettings.model_construct(**secrets, base_url=base_url, **wrong)  # type: ignore[arg-type]


def test_a_message_with_all_that_it_may_carry_is_as_twilio_wants_it(
    prism: str, made: list[TwilioSms]
) -> None:
    settings = TwilioSettings(
        messaging_service="MG" + "a" * 32, base_url=prism, public_url="https://site.example"
    )
    result = gateway(made, settings).send(MESSAGE)
    assert (result.outcome, result.error_text) == ("accepted", None)
    assert (result.provider_id or "").startswith("SM")


def test_a_message_from_a_number_is_as_twilio_wants_it(prism: str, made: list[TwilioSms]) -> None:
    assert (
        gateway(made, TwilioSettings(from_number="+15550199", base_url=prism)).send(MESSAGE).outcome
        == "accepted"
    )


def test_a_look_up_is_as_twilio_wants_it(prism: str, made: list[TwilioSms]) -> None:
    # What the description lists are other people's messages of other years.
    assert (
        gateway(made, TwilioSettings(from_number="+15550199", base_url=prism)).look_up(MESSAGE)
        is None
    )


def test_what_became_of_a_message_is_asked_as_twilio_wants_it(
    prism: str, made: list[TwilioSms]
) -> None:
    sid = "SM" + "b" * 32
    report = gateway(made, TwilioSettings(from_number="+15550199", base_url=prism)).report_on(
        Silent(7, sid)
    )
    assert report == Report(7, sid, "sent", "30007")


def test_texts_that_came_in_are_asked_for_as_twilio_wants_it(
    prism: str, made: list[TwilioSms]
) -> None:
    # What the description lists is of years ago.
    since = datetime(2026, 6, 1, tzinfo=UTC)
    assert (
        gateway(made, TwilioSettings(from_number="+15550199", base_url=prism)).received(since).texts
        == []
    )


@pytest.mark.parametrize(
    "wrong",
    [{"messaging_service": "MG-none"}, {"from_number": "+15550199", "public_url": "not a URL"}],
)
def test_a_request_that_twilio_would_not_want_is_caught(
    prism: str, made: list[TwilioSms], wrong: dict[str, str]
) -> None:
    result = gateway(made, unchecked(prism, **wrong)).send(MESSAGE)
    assert (result.outcome, result.error_code) == ("refused", "422")


def test_a_request_for_no_messages_id_is_caught(prism: str, made: list[TwilioSms]) -> None:
    client = gateway(made, TwilioSettings(from_number="+15550199", base_url=prism)).client
    with pytest.raises(TwilioRestException, match="422"):
        client.messages("nonsense").fetch()
