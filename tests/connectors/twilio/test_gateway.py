"""The real Twilio client against a server on this machine.

It tells all outcomes apart, and guesses none.
"""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from connectors.twilio.gateway import TwilioSms
from connectors.twilio.settings import TwilioSettings
from connectors.twilio_simulator.server import LocalTwilio
from connectors.twilio_simulator.trouble import Answer
from engine.errors import UserError
from engine.model.inbound import Inbound, ListedTexts
from engine.model.instant import SECOND_US, from_us
from engine.model.message import Outgoing, Report, SendResult, Silent, Twins
from tests.kit.local_twilio import ACCOUNT, NUMBER, SECRETS, serving
from tests.kit.times import DAY, MINUTE, SetClock

CREATED = 1_800_000_000 * SECOND_US
MESSAGE = Outgoing(7, "+15550100", "Handrail: C-1 needs you. See: handrail why 3", CREATED)


@pytest.fixture
def server() -> Iterator[LocalTwilio]:
    with serving(SetClock(CREATED)) as server:
        yield server


@pytest.fixture
def gateways() -> Iterator[list[TwilioSms]]:
    made: list[TwilioSms] = []
    yield made
    for gateway in made:
        gateway.client.http_client.session.close()


@pytest.fixture
def gateway(server: LocalTwilio, gateways: list[TwilioSms]) -> TwilioSms:
    return make(gateways, server.url)


def make(gateways: list[TwilioSms], url: str, **values: Any) -> TwilioSms:
    given = {"from_number": NUMBER, "base_url": url, "timeout_seconds": 0.2}
    gateways.append(TwilioSms(TwilioSettings.model_validate(given | values), SECRETS))
    return gateways[-1]


def taken(server: LocalTwilio, to: str, body: str, ago: timedelta = timedelta()) -> str:
    """The id of a message that Twilio took some time ago."""
    return server.carrier.take(to, body, CREATED - ago // timedelta(microseconds=1)).sid


def only_post(server: LocalTwilio) -> dict[str, str]:
    (given,) = [given for method, _, given in server.api.requests if method == "POST"]
    return given


def test_the_account_is_asked_for_without_a_text(server: LocalTwilio, gateway: TwilioSms) -> None:
    assert gateway.examine() == (True, "Twilio knows the account, and it is active.")
    assert [(method, path) for method, path, _ in server.api.requests] == [
        ("GET", f"/2010-04-01/Accounts/{ACCOUNT}.json")
    ]


def test_an_account_that_sends_nothing_is_said(server: LocalTwilio, gateway: TwilioSms) -> None:
    server.carrier.status = "suspended"
    said = "Twilio says that the account is suspended, so no text goes out."
    assert gateway.examine() == (False, said)


def test_a_token_that_twilio_refuses_is_said_without_it(
    server: LocalTwilio, gateway: TwilioSms
) -> None:
    server.api.fails(401, 20003, "Authenticate")
    said = "Twilio refuses the account or its token (error 20003)."
    assert gateway.examine() == (False, said)


def test_a_twilio_that_cannot_be_reached_is_said(gateways: list[TwilioSms]) -> None:
    found, said = make(gateways, "http://127.0.0.1:1").examine()
    assert not found
    assert said.startswith("Twilio cannot be asked: ")


def test_a_message_that_was_taken_comes_back_with_twilios_id(
    server: LocalTwilio, gateway: TwilioSms
) -> None:
    assert gateway.send(MESSAGE) == SendResult(
        "accepted", provider_id=next(iter(server.carrier.texts))
    )
    ((method, path, given),) = server.api.requests
    assert (method, path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    assert given == {"To": "+15550100", "From": NUMBER, "Body": MESSAGE.body}


def test_a_messaging_service_takes_the_place_of_a_number(
    server: LocalTwilio, gateways: list[TwilioSms]
) -> None:
    service = "MG" + "a" * 32
    make(gateways, server.url, from_number=None, messaging_service=service).send(MESSAGE)
    given = only_post(server)
    assert given["MessagingServiceSid"] == service
    assert "From" not in given


def test_a_status_callback_carries_the_rows_id(
    server: LocalTwilio, gateways: list[TwilioSms]
) -> None:
    make(gateways, server.url, public_url="https://site.example/").send(MESSAGE)
    assert only_post(server)["StatusCallback"] == "https://site.example/twilio/status?message=7"


@pytest.mark.parametrize(
    ("valid_for", "given"), [(None, None), (0, "1"), (600, "600"), (99_999, "36000")]
)
def test_twilio_keeps_trying_no_longer_than_the_message_has_time(
    server: LocalTwilio, gateway: TwilioSms, valid_for: int | None, given: str | None
) -> None:
    gateway.send(Outgoing(7, "+15550100", "…", CREATED, valid_for))
    assert only_post(server).get("ValidityPeriod") == given


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (429, 20429, "retry"),
        (429, None, "retry"),
        (400, 21611, "retry"),
        (500, 20500, "unknown"),
        (500, None, "unknown"),
        (503, None, "unknown"),
        (408, None, "unknown"),
        (302, None, "unknown"),
        (401, 20003, "stopped"),
        (401, None, "stopped"),
        (403, None, "stopped"),
        (404, 20404, "stopped"),
        (400, 21606, "stopped"),
        (400, 21703, "stopped"),
        (400, 30034, "stopped"),
        (400, 21211, "refused"),
        (403, 21408, "refused"),
        (400, 21614, "refused"),
        (400, 21635, "refused"),
        (400, 99999, "refused"),
        (400, 21610, "opted_out"),
    ],
)
def test_every_error_has_its_outcome(
    server: LocalTwilio, gateway: TwilioSms, status: int, code: int | None, outcome: str
) -> None:
    server.api.fails(status, code)
    result = gateway.send(MESSAGE)
    assert (result.outcome, result.error_code) == (outcome, str(code or status))


def test_a_full_queue_is_given_time(server: LocalTwilio, gateway: TwilioSms) -> None:
    server.api.fails(400, 21611)
    assert gateway.send(MESSAGE).retry_after == 60


def test_an_error_in_the_newer_format_is_understood_too(
    server: LocalTwilio, gateway: TwilioSms
) -> None:
    said = {"type": "about:blank", "title": "Opted out", "status": 400, "code": 21610}
    server.api.answers.append(Answer(400, json.dumps(said)))
    assert gateway.send(MESSAGE).outcome == "opted_out"


def test_numbers_that_twilio_repeats_are_left_out(server: LocalTwilio, gateway: TwilioSms) -> None:
    server.api.fails(400, 21211, "The 'To' number +15550100 is not a valid phone number.")
    text = gateway.send(MESSAGE).error_text or ""
    assert "not a valid phone number" in text
    assert "5550100" not in text


@pytest.mark.parametrize(
    "body", ["", "<html>gateway</html>", "[]", "null", '{"status": "queued"}', "\xff"]
)
def test_an_answer_that_cannot_be_read_leaves_the_message_in_doubt(
    server: LocalTwilio, gateway: TwilioSms, body: str
) -> None:
    server.api.answers.append(Answer(201, body))
    assert gateway.send(MESSAGE).outcome == "unknown"


@pytest.mark.parametrize(
    "answer", [Answer(taken=True, silent=True), Answer(silent=True), Answer(cut=True)]
)
def test_no_answer_leaves_the_message_in_doubt(
    server: LocalTwilio, gateway: TwilioSms, answer: Answer
) -> None:
    server.api.answers.append(answer)
    assert gateway.send(MESSAGE).outcome == "unknown"


def test_without_a_connection_nothing_was_taken(gateways: list[TwilioSms]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    result = make(gateways, f"http://127.0.0.1:{port}").send(MESSAGE)
    assert result.outcome == "retry"


def test_a_message_taken_after_a_time_out_is_found_by_its_words(
    server: LocalTwilio, gateway: TwilioSms
) -> None:
    server.api.answers.append(Answer(taken=True, silent=True))
    assert gateway.send(MESSAGE).outcome == "unknown"
    assert gateway.look_up(MESSAGE) == SendResult(
        "accepted", provider_id=next(iter(server.carrier.texts))
    )
    assert server.api.requests[-1][2] == {"To": "+15550100", "PageSize": "200"}


def test_a_message_that_was_never_taken_is_not_found(
    server: LocalTwilio, gateway: TwilioSms
) -> None:
    taken(server, "+15550100", "Handrail: C-2 needs you. See: handrail why 4")
    taken(server, "+15550101", MESSAGE.body)
    assert gateway.look_up(MESSAGE) is None


def test_the_words_that_a_trial_account_adds_do_not_hide_a_message(
    server: LocalTwilio, gateway: TwilioSms
) -> None:
    sid = taken(server, "+15550100", f"Sent from your Twilio trial account - {MESSAGE.body}")
    assert gateway.look_up(MESSAGE) == SendResult("accepted", provider_id=sid)


def test_the_same_words_of_another_week_are_another_message(
    server: LocalTwilio, gateway: TwilioSms
) -> None:
    taken(server, "+15550100", MESSAGE.body, ago=timedelta(days=8))
    assert gateway.look_up(MESSAGE) is None


def test_clocks_that_are_a_day_apart_hide_no_message(
    server: LocalTwilio, gateway: TwilioSms
) -> None:
    taken(server, "+15550100", MESSAGE.body, ago=timedelta(days=1))
    assert gateway.look_up(MESSAGE) is not None


def test_the_same_words_known_to_be_another_message_are_not_taken_for_this_one(
    server: LocalTwilio, gateway: TwilioSms
) -> None:
    first = taken(server, "+15550100", MESSAGE.body)
    twin = Outgoing(8, MESSAGE.to, MESSAGE.body, CREATED, twins=Twins(frozenset({first})))
    assert gateway.look_up(twin) is None
    second = taken(server, "+15550100", MESSAGE.body)
    assert gateway.look_up(twin) == SendResult("accepted", provider_id=second)


def test_a_text_belongs_to_the_message_that_was_handed_over_when_it_came_about(
    server: LocalTwilio, gateway: TwilioSms
) -> None:
    sid = taken(server, MESSAGE.to, MESSAGE.body, ago=timedelta(minutes=5))
    early, late = (replace(MESSAGE, ago=minutes * MINUTE) for minutes in (5, 3))
    early, late = (
        replace(early, twins=Twins(in_doubt=(late.ago,))),
        replace(late, twins=Twins(in_doubt=(early.ago,))),
    )
    assert gateway.look_up(late) is None
    assert gateway.look_up(early) == SendResult("accepted", provider_id=sid)


def test_a_clock_of_ours_that_was_set_since_hides_no_message(
    server: LocalTwilio, gateway: TwilioSms
) -> None:
    taken(server, MESSAGE.to, MESSAGE.body)
    ahead = replace(MESSAGE, created_at=CREATED + 60 * DAY, ago=MINUTE)
    assert gateway.look_up(ahead) is not None


def test_a_list_without_words_does_not_tell(server: LocalTwilio, gateway: TwilioSms) -> None:
    taken(server, "+15550100", "")
    result = gateway.look_up(MESSAGE)
    assert result is not None
    assert result.outcome == "unknown"


def test_a_list_that_goes_on_does_not_tell_while_it_is_not_old_enough(
    server: LocalTwilio, gateway: TwilioSms
) -> None:
    for number in range(201):
        taken(server, MESSAGE.to, f"something else {number}")
    result = gateway.look_up(MESSAGE)
    assert result is not None
    assert result.outcome == "unknown"
    taken(server, MESSAGE.to, "long ago", ago=timedelta(days=3))
    assert gateway.look_up(MESSAGE) is None


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        Answer(401),
        Answer(200, "<html>"),
        Answer(200, "[]"),
        Answer(silent=True),
        Answer(cut=True),
    ],
)
def test_a_list_that_cannot_be_had_does_not_tell(
    server: LocalTwilio, gateway: TwilioSms, answer: Answer
) -> None:
    server.api.answers.append(answer)
    result = gateway.look_up(MESSAGE)
    assert result is not None
    assert result.outcome == "unknown"


@pytest.mark.parametrize(
    ("answer", "answered"),
    [(Answer(429), True), (Answer(400), True), (Answer(503), False), (Answer(cut=True), False)],
)
def test_it_is_told_whether_twilio_answered_at_all(
    server: LocalTwilio, gateway: TwilioSms, answer: Answer, answered: bool
) -> None:
    server.api.answers.append(answer)
    assert gateway.send(MESSAGE).answered is answered


def test_what_became_of_a_message_can_be_asked(server: LocalTwilio, gateway: TwilioSms) -> None:
    sid = taken(server, MESSAGE.to, MESSAGE.body)
    assert gateway.report_on(Silent(7, sid)) == Report(7, sid, "accepted")
    server.carrier.texts[sid].status, server.carrier.texts[sid].error_code = "undelivered", 30005
    assert gateway.report_on(Silent(7, sid)) == Report(7, sid, "undelivered", "30005")
    assert gateway.report_on(Silent(8, "SM" + "f" * 32)) is None


@pytest.mark.parametrize("sender", ["a number", "a messaging service"])
def test_texts_that_came_in_can_be_asked_for(
    server: LocalTwilio, gateways: list[TwilioSms], sender: str
) -> None:
    service = {"from_number": None, "messaging_service": "MG" + "a" * 32}
    gateway = make(gateways, server.url, **(service if sender == "a messaging service" else {}))
    server.carrier.receive("+15550100", "before", CREATED - 60 * SECOND_US)
    ours = server.carrier.receive("+15550100", "1 a", CREATED)
    taken(server, "+15550100", "not one that came in")
    found = gateway.received(from_us(CREATED - SECOND_US))
    assert found == ListedTexts([Inbound(ours.sid, "+15550100", "1 a", CREATED)], CREATED)
    server.api.fails(503)
    assert gateway.received(from_us(CREATED)) is None


def test_no_number_and_no_words_are_logged(
    server: LocalTwilio, gateway: TwilioSms, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    gateway.send(MESSAGE)
    gateway.look_up(MESSAGE)
    server.api.fails(400, 21211, "The 'To' number +15550100 is not a valid phone number.")
    gateway.send(MESSAGE)
    assert "5550100" not in caplog.text
    assert "needs you" not in caplog.text


def test_a_missing_secret_is_told_before_anything_is_sent() -> None:
    with pytest.raises(UserError, match="TWILIO_AUTH_TOKEN"):
        TwilioSms(TwilioSettings(from_number=NUMBER), {"TWILIO_ACCOUNT_SID": ACCOUNT})


def test_twilio_itself_is_asked_where_no_other_server_is_named() -> None:
    gateway = TwilioSms(TwilioSettings(from_number=NUMBER), SECRETS)
    asked: list[str] = []

    class NoNetwork(BaseAdapter):
        def send(
            self, request: requests.PreparedRequest, *_: Any, **given: Any
        ) -> requests.Response:
            asked.append(f"{request.url} within {given['timeout']:g} seconds")
            raise requests.ConnectionError

        def close(self) -> None:
            pass

    gateway.client.http_client.session.mount("https://", NoNetwork())
    assert gateway.send(MESSAGE).outcome == "unknown"
    assert asked == [
        f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json within 10 seconds"
    ]
