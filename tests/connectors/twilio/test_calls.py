"""Calls by the real Twilio client: made once, looked up in doubt, and heard by a signed key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from xml.etree import ElementTree

import pytest
from twilio.request_validator import RequestValidator

from connectors.twilio.connector import can_call
from connectors.twilio.gateway import TwilioSms
from connectors.twilio.settings import TwilioSettings
from connectors.twilio_simulator.server import LocalTwilio
from connectors.twilio_simulator.trouble import Answer
from engine.model.inbound import Inbound, KeyPress
from engine.model.instant import SECOND_US
from engine.model.message import Outgoing, Report, SendResult, Silent, Twins, Way
from engine.model.spoken_words import SpokenWords, call_words, spoken
from engine.web.application import application
from engine.web.server import WebServer
from tests.kit.local_twilio import ACCOUNT, NUMBER, SECRETS, TOKEN, serving
from tests.kit.times import SetClock
from tests.web.test_health import Daemon

CREATED = 1_800_000_000 * SECOND_US
CALL = Outgoing(7, "+15550100", call_words(drill=False), CREATED, way=Way.CALL)
PUBLIC = "https://handrail.example.org/here"
SID = "CA" + "a" * 32
FORM = {
    "CallSid": SID, "AccountSid": ACCOUNT, "From": NUMBER, "To": "+15550100",
    "CallStatus": "in-progress", "Direction": "outbound-api", "ToCity": "", "Called": "+15550100",
}  # fmt: skip


@pytest.fixture
def server() -> Iterator[LocalTwilio]:
    with serving(SetClock(CREATED)) as server:
        yield server


@pytest.fixture
def gateway(server: LocalTwilio) -> Iterator[TwilioSms]:
    given = {
        "from_number": NUMBER, "base_url": server.url, "public_url": PUBLIC, "timeout_seconds": 0.2,
    }  # fmt: skip
    made = TwilioSms(TwilioSettings.model_validate(given), SECRETS)
    yield made
    made.client.http_client.session.close()


def test_a_call_asks_for_a_key_and_says_nothing_of_a_client(
    server: LocalTwilio, gateway: TwilioSms
) -> None:
    result = gateway.send(CALL)
    (call,) = server.carrier.calls.values()
    assert result == SendResult("accepted", provider_id=call.sid)
    assert (call.to, call.sender) == (CALL.to, NUMBER)
    assert call.callback == f"{PUBLIC}/twilio/call-status?message=7"
    read = ElementTree.fromstring(call.twiml)
    (gather,) = read.iter("Gather")
    assert gather.attrib["action"] == f"{PUBLIC}/twilio/key?message=7"
    assert [said.text for said in gather.iter("Say")] == [CALL.body, CALL.body]
    assert not any(character.isdigit() and character not in "12" for character in CALL.body)


def test_a_call_in_spanish_is_spoken_so_and_its_keys_say_so(
    server: LocalTwilio, gateway: TwilioSms
) -> None:
    words = call_words("spanish", drill=True)
    gateway.send(Outgoing(9, "+15550100", words, CREATED, way=Way.CALL))
    (call,) = server.carrier.calls.values()
    read = ElementTree.fromstring(call.twiml)
    assert [said.text for said in read.iter("Say")] == [
        words, words, spoken(SpokenWords.NO_KEY, "spanish"),
    ]  # fmt: skip
    assert {said.attrib["language"] for said in read.iter("Say")} == {"es-MX"}
    (gather,) = read.iter("Gather")
    assert gather.attrib["action"] == f"{PUBLIC}/twilio/key?message=9&language=spanish"


def test_a_call_in_doubt_is_found_by_its_number_and_age_and_never_made_twice(
    server: LocalTwilio, gateway: TwilioSms
) -> None:
    server.api.answers.append(Answer(500, "", taken=True))
    assert gateway.send(CALL).outcome == "unknown"
    (call,) = server.carrier.calls.values()
    assert gateway.look_up(CALL) == SendResult("accepted", provider_id=call.sid)
    known = Outgoing(
        8, CALL.to, CALL.body, CREATED, twins=Twins(frozenset({call.sid})), way=Way.CALL
    )
    assert gateway.look_up(known) is None


def test_a_call_that_twilio_does_not_allow_stops_no_texts(
    server: LocalTwilio, gateway: TwilioSms
) -> None:
    server.api.fails(401, 20003, "Authenticate")
    assert gateway.send(CALL).outcome == "refused"
    server.api.fails(429, 20429, "Too Many Requests")
    assert gateway.send(CALL).outcome == "retry"


@pytest.mark.parametrize(
    ("status", "state"),
    [("ringing", "accepted"), ("completed", "delivered"), ("busy", "undelivered"),
     ("no-answer", "undelivered"), ("canceled", "undelivered"), ("failed", "failed")],
)  # fmt: skip
def test_the_end_of_a_call_is_asked_for_where_no_report_came(
    server: LocalTwilio, gateway: TwilioSms, status: str, state: str
) -> None:
    sid = gateway.send(CALL).provider_id or ""
    server.carrier.calls[sid].status = status  # type: ignore[assignment]
    report = gateway.report_on(Silent(7, sid))
    assert report is not None
    assert (report.provider_id, report.state) == (sid, state)


def test_calls_need_a_number_and_our_url() -> None:
    service = "MG" + "0" * 32
    assert not can_call(TwilioSettings.model_validate({"from_number": NUMBER}))
    by_service = {"messaging_service": service, "public_url": PUBLIC}
    assert not can_call(TwilioSettings.model_validate(by_service))
    assert can_call(TwilioSettings.model_validate(by_service | {"call_number": NUMBER}))


class Ear:
    """A site that hears keys and reports."""

    def __init__(self) -> None:
        self.pressed: list[KeyPress] = []
        self.reports: list[Report] = []
        given = {"from_number": NUMBER, "public_url": PUBLIC}
        self.twilio = TwilioSms(TwilioSettings.model_validate(given), SECRETS)
        add = self.twilio.webhooks(self.take, self.reports.append, self.press)
        self.web = WebServer("127.0.0.1", 0, lambda: application(Daemon(), [add]))

    def take(self, inbound: Inbound) -> str | None:
        raise AssertionError(inbound)

    def press(self, pressed: KeyPress) -> str | None:
        self.pressed.append(pressed)
        return None if pressed.key not in "12" else "It is yours."

    def call(self, path: str, form: Mapping[str, str], **changed: str) -> tuple[int, str]:
        """Sign a form as Twilio does and post it, `changed` on the way."""
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
        body = urlencode({**form, **changed}).encode()
        request = Request(self.web.address + path, body, {"X-Twilio-Signature": signature})
        try:
            with urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()


@pytest.fixture(scope="module")
def ear() -> Iterator[Ear]:
    ear = Ear()
    ear.web.start()
    yield ear
    ear.web.stop()
    ear.twilio.client.http_client.session.close()


def test_a_key_is_heard_and_answered_and_another_key_asks_again(ear: Ear) -> None:
    status, said = ear.call("/twilio/key?message=7", FORM | {"Digits": "1"})
    assert status == 200
    assert ear.pressed[-1] == KeyPress(7, SID, "+15550100", "1")
    root = ElementTree.fromstring(said)
    assert [each.tag for each in root] == ["Say", "Hangup"]
    _, said = ear.call("/twilio/key?message=7", FORM | {"Digits": "9"})
    (gather,) = ElementTree.fromstring(said).iter("Gather")
    assert gather.attrib["action"] == f"{PUBLIC}/twilio/key?message=7"


def test_a_key_in_a_spanish_call_is_heard_and_answered_in_spanish(ear: Ear) -> None:
    url = "/twilio/key?message=7&language=spanish"
    _, said = ear.call(url, FORM | {"Digits": "1"})
    assert ear.pressed[-1] == KeyPress(7, SID, "+15550100", "1", "spanish")
    assert ElementTree.fromstring(said)[0].attrib["language"] == "es-MX"
    _, said = ear.call(url, FORM | {"Digits": "9"})
    asked = ElementTree.fromstring(said)
    assert spoken(SpokenWords.WHICH_KEY, "spanish") in [one.text for one in asked.iter("Say")]
    (gather,) = asked.iter("Gather")
    assert gather.attrib["action"] == f"{PUBLIC}{url}"


def test_what_twilio_did_not_sign_or_does_not_send_counts_for_nothing(ear: Ear) -> None:
    before = len(ear.pressed)
    press = FORM | {"Digits": "1"}
    assert ear.call("/twilio/key?message=7", press, Digits="2")[0] == 403
    assert ear.call("/twilio/key?message=x", press)[0] == 400
    assert ear.call("/twilio/key?message=7", press | {"CallSid": "SM" + "a" * 32})[0] == 400
    assert ear.call("/twilio/key?message=7", press | {"AccountSid": "AC" + "9" * 32})[0] == 400
    assert ear.call("/twilio/key?message=7", FORM | {"Digits": "12"})[0] == 400
    split = {name: value for name, value in press.items() if name != "To"} | {"To+15550": "100"}
    assert ear.call("/twilio/key?message=7", split)[0] == 400
    assert len(ear.pressed) == before


def test_the_end_of_a_call_is_reported(ear: Ear) -> None:
    path = "/twilio/call-status?message=7"
    assert ear.call(path, FORM | {"CallStatus": "no-answer"})[0] == 204
    assert ear.reports[-1] == Report(7, SID, "undelivered", "no-answer")
    assert ear.call(path, FORM | {"CallStatus": "completed"})[0] == 204
    assert ear.reports[-1] == Report(7, SID, "delivered")
