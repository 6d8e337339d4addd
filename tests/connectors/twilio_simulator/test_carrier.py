"""The local Twilio behaves as the real one does, and the same again from the same seed."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from twilio.request_validator import RequestValidator

from connectors.twilio_simulator.api import Api, Request
from connectors.twilio_simulator.carrier import Carrier
from connectors.twilio_simulator.memory import Memory
from connectors.twilio_simulator.signing import signature
from connectors.twilio_simulator.trouble import LATEST_US, Answer, Kind, Trouble
from engine.model.instant import SECOND_US
from tests.kit.local_twilio import ACCOUNT, NUMBER, TOKEN

NOW = 1_800_000_000 * SECOND_US
PHONE = "+15550100"
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
ALLOWED = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTpodXNo"
CREATE = {
    "To": PHONE,
    "From": NUMBER,
    "Body": "hello",
    "StatusCallback": "https://site.example/status?message=7",
}


@pytest.fixture
def carrier() -> Carrier:
    carrier = Carrier(NUMBER, ACCOUNT)
    carrier.inbound_url = "https://site.example/inbound"
    return carrier


def create(carrier: Carrier, **changed: str) -> Answer:
    return Api(carrier, TOKEN).answer(
        Request("POST", f"{MESSAGES}.json", CREATE | changed, ALLOWED), NOW
    )


def calls(carrier: Carrier, now: int = NOW + LATEST_US) -> list[tuple[str, str]]:
    """What calls tell of: the status, or the words of a text that came in."""
    return [
        (call.url, call.form.get("MessageStatus") or call.form["Body"]) for call in carrier.due(now)
    ]


@pytest.mark.parametrize(
    "form", [{}, {"From": PHONE, "Body": ""}, {"Body": "1 а 🙂 &<\x00", "b": "2", "a": "1"}]
)
def test_calls_are_signed_as_twilio_signs_them(form: dict[str, str]) -> None:
    url = "https://site.example/twilio/status?message=7"
    assert RequestValidator(TOKEN).validate(url, form, signature(TOKEN, url, form))


def test_a_message_is_taken_sent_and_delivered_and_each_but_the_first_state_is_told(
    carrier: Carrier,
) -> None:
    answer = create(carrier)
    assert (answer.status, json.loads(answer.body)["status"]) == (201, "queued")
    url = CREATE["StatusCallback"]
    assert calls(carrier) == [(url, "sent"), (url, "delivered")]
    (text,) = carrier.texts.values()
    fetched = Api(carrier, TOKEN).answer(
        Request("GET", f"{MESSAGES}/{text.sid}.json", {}, ALLOWED), NOW
    )
    assert json.loads(fetched.body)["status"] == "delivered"


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"To": ""}, 400, 21604),
        ({"To": "911"}, 400, 21211),
        ({"From": ""}, 400, 21603),
        ({"From": "+15550199"}, 400, 21606),
        ({"Body": ""}, 400, 21602),
        ({"Body": "x" * 1601}, 400, 21617),
        ({"ValidityPeriod": "0"}, 400, 20422),
    ],
)
def test_what_twilio_refuses_is_refused(
    carrier: Carrier, changed: dict[str, str], status: int, code: int
) -> None:
    answer = create(carrier, **changed)
    assert (answer.status, json.loads(answer.body)["code"]) == (status, code)
    assert not carrier.texts


def test_nobody_gets_in_without_the_accounts_secret(carrier: Carrier) -> None:
    answer = Api(carrier, "other").answer(Request("POST", f"{MESSAGES}.json", CREATE, ALLOWED), NOW)
    assert (answer.status, json.loads(answer.body)["code"]) == (401, 20003)


@pytest.mark.parametrize("word", ["STOP", " stop ", "cancel", "Unsubscribe"])
def test_a_number_that_says_stop_gets_nothing_until_it_says_start(
    carrier: Carrier, word: str
) -> None:
    carrier.receive(PHONE, word, NOW)
    assert json.loads(create(carrier).body)["code"] == 21610
    assert create(carrier, To="+15550101").status == 201
    carrier.receive(PHONE, "start", NOW)
    assert create(carrier).status == 201
    assert ("https://site.example/inbound", word) in calls(carrier)


def test_stop_with_other_words_stops_nothing(carrier: Carrier) -> None:
    carrier.receive(PHONE, "stop please", NOW)
    assert create(carrier).status == 201


def test_the_answer_to_a_text_is_sent_to_its_sender(carrier: Carrier) -> None:
    shown = []
    carrier.shown = shown.append
    carrier.receive(PHONE, "1 a", NOW)
    (call,) = carrier.due(NOW)
    carrier.answered(
        call, 200, "<Response><Message>1 is yours &amp; yours</Message></Response>", NOW
    )
    list(carrier.due(NOW + LATEST_US))
    assert [(text.to, text.body) for text in shown] == [(PHONE, "1 is yours & yours")]


def test_where_nobody_is_there_to_be_called_it_is_called_once_more(carrier: Carrier) -> None:
    carrier.receive(PHONE, "1 a", NOW)
    for again in (False, True):
        (call,) = carrier.due(NOW + LATEST_US)
        assert call.again is again
        carrier.answered(call, None, "", NOW)
    assert calls(carrier) == []


def test_a_message_is_not_sent_after_its_validity(carrier: Carrier) -> None:
    text = carrier.take(PHONE, "hello", NOW, valid_for=0)
    list(carrier.due(NOW + LATEST_US))
    assert (text.status, text.error_code) == ("failed", 30036)


def test_messages_are_listed_page_by_page_the_newest_first_by_what_is_asked(
    carrier: Carrier,
) -> None:
    api = Api(carrier, TOKEN)
    for number in range(5):
        carrier.take(PHONE, str(number), NOW)
    carrier.take("+15550101", "another's", NOW)
    carrier.receive(PHONE, "in", NOW)

    def listed(**asked: str) -> tuple[list[str], bool]:
        answer = json.loads(
            api.answer(Request("GET", f"{MESSAGES}.json", asked, ALLOWED), NOW).body
        )
        return [each["body"] for each in answer["messages"]], answer["next_page_uri"] is not None

    assert listed(To=PHONE, PageSize="3") == (["4", "3", "2"], True)
    assert listed(To=PHONE, PageSize="3", Page="1") == (["1", "0"], False)
    assert listed(From=PHONE) == (["in"], False)
    assert listed(**{"DateSent>": "2027-01-15T08:00:00Z"}) == (["in"], False)
    assert listed(**{"DateSent>": "2027-01-15T08:00:01Z"}) == ([], False)
    assert listed(DateSent="2027-01-15") == (["in"], False)
    assert listed(**{"DateSent<": "2027-01-15"}) == ([], False)


@pytest.mark.parametrize("kind", ["broken after taking", "silent after taking"])
def test_what_fails_after_taking_has_been_taken(kind: Kind) -> None:
    carrier = Carrier(NUMBER, ACCOUNT, Trouble(1, {kind: 1}))
    answer = create(carrier)
    assert answer.silent or answer.status == 500
    assert len(carrier.texts) == 1


@pytest.mark.parametrize("kind", ["busy", "broken", "silent", "cut"])
def test_what_fails_before_taking_has_not(kind: Kind) -> None:
    carrier = Carrier(NUMBER, ACCOUNT, Trouble(1, {kind: 1}))
    assert create(carrier).status != 201 or kind in {"silent", "cut"}
    assert not carrier.texts


def test_calls_are_dropped_repeated_delayed_and_overtake_each_other() -> None:
    def told(kind: Kind, seed: int = 1) -> list[str]:
        carrier = Carrier(NUMBER, ACCOUNT, Trouble(seed, {kind: 1}))
        create(carrier)
        return [status for _, status in calls(carrier, NOW + 2 * LATEST_US)]

    assert told("dropped") == []
    assert sorted(told("repeated")) == ["delivered", "delivered", "sent", "sent"]
    assert {tuple(told("late", seed)) for seed in range(20)} == {
        ("sent", "delivered"),
        ("delivered", "sent"),
    }


def test_an_outage_is_for_as_long_as_it_is_said() -> None:
    trouble = Trouble()
    trouble.outages = [(NOW, NOW + 1)]
    assert [
        answer and answer.status for answer in map(trouble.answer, (NOW - 1, NOW, NOW + 1))
    ] == [None, 503, None]


def test_the_same_seed_makes_the_same_trouble() -> None:
    def story(seed: int) -> tuple[list[object], list[tuple[str, str]]]:
        carrier = Carrier(NUMBER, ACCOUNT, Trouble(seed, dict.fromkeys(get_args(Kind), 0.2)))
        return [create(carrier) for _ in range(30)], calls(carrier)

    assert story(5) == story(5)
    assert story(5) != story(6)


def test_messages_are_remembered_beyond_the_process(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = tmp_path_factory.mktemp("memory") / "var" / "texts.jsonl"
    memory = Memory(file)
    carrier = Carrier(NUMBER, ACCOUNT)
    carrier.kept = memory.keep
    create(carrier)
    carrier.receive(PHONE, "half a line", NOW)
    file.write_bytes(file.read_bytes()[:-20])
    shown = []
    again = Carrier(NUMBER, ACCOUNT)
    again.shown = shown.append
    for text in memory.texts():
        again.hold(text, NOW)
    assert [call.form["MessageStatus"] for call in again.due(NOW + LATEST_US)] == [
        "sent",
        "delivered",
    ]
    assert [text.body for text in shown] == ["hello"]
