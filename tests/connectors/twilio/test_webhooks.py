"""Twilio's calls over real HTTP: what it signed counts once, and what it did not is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import update
from twilio.request_validator import RequestValidator

from connectors.twilio.gateway import TwilioSms
from connectors.twilio.settings import TwilioSettings
from engine.errors import StoreUnavailableError
from engine.flows.delivery import delivery_status
from engine.messaging import answers
from engine.model.inbound import Inbound, KeyPress
from engine.model.message import Report
from engine.store.database.connection import Database
from engine.store.tables.messages import inbox, outbox
from engine.web.application import application
from engine.web.server import WebServer
from tests.kit.phones import CASE_MANAGER, Phones, named
from tests.web.test_health import Daemon

ACCOUNT = "AC" + "0" * 32
SID = "SM" + "a" * 32
PUBLIC = "https://handrail.example.org/here"
SECRETS = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": "new", "BEFORE": "old"}


class CalledSite:
    """A site that Twilio calls over HTTP."""

    def __init__(self, database: Database) -> None:
        self.phones = Phones.of(database, 1)
        self.phones.go_on()
        self.away = False
        given = {
            "from_number": "+15550199",
            "public_url": PUBLIC,
            "previous_auth_token": {"env": "BEFORE"},
        }
        self.twilio = TwilioSms(TwilioSettings.model_validate(given), SECRETS)
        add_webhooks = self.twilio.webhooks(self.take, self.report, self.press)
        self.web = WebServer("127.0.0.1", 0, lambda: application(Daemon(), [add_webhooks]))

    def take(self, inbound: Inbound) -> str | None:
        if self.away:
            raise StoreUnavailableError
        return self.phones.take(inbound)

    def press(self, pressed: KeyPress) -> str | None:
        raise AssertionError(pressed)

    def report(self, report: Report) -> None:
        delivery_status.take(self.phones.site.database, report, self.phones.now)

    def call(
        self, path: str, form: Mapping[str, str], token: str = "new", **changed: str
    ) -> tuple[int, str]:
        """Sign a form as Twilio does and post it, `changed` on the way."""
        signature = RequestValidator(token).compute_signature(PUBLIC + path, form)
        body = urlencode({**form, **changed}).encode()
        request = Request(self.web.address + path, body, {"X-Twilio-Signature": signature})
        try:
            with urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()


@pytest.fixture
def site(sqlite_database: Database) -> Iterator[CalledSite]:
    site = CalledSite(sqlite_database)
    site.web.start()
    yield site
    site.web.stop()
    site.twilio.client.http_client.session.close()


def text(**values: str) -> dict[str, str]:
    given = {"From": CASE_MANAGER, "Body": "1 a", "MediaUrl": "", "NumMedia": "0", **values}
    return {"MessageSid": SID, "SmsSid": SID, "AccountSid": ACCOUNT, **given}


def status(**values: str) -> dict[str, str]:
    given = {"MessageStatus": "delivered", "ErrorCode": "", **values}
    return {"MessageSid": SID, "AccountSid": ACCOUNT, **given}


@pytest.mark.parametrize("token", ["new", "old"])
def test_a_text_signed_by_the_token_or_the_one_before_it_is_taken_and_answered(
    site: CalledSite, token: str
) -> None:
    code, said = site.call("/twilio/inbound", text(), token)
    assert (code, answers.yours(named(1)) in said) == (200, True)
    assert site.phones.states() == ["acknowledged"]


def test_a_forged_or_changed_request_is_refused_and_leaves_no_trace(site: CalledSite) -> None:
    assert site.call("/twilio/inbound", text(), "guessed")[0] == 403
    assert site.call("/twilio/inbound", text(), Body="1 d")[0] == 403
    assert site.call("/twilio/inbound", text(), More="")[0] == 403
    assert site.call("/twilio/status?message=1", status(), MessageStatus="failed")[0] == 403
    assert site.call("/twilio/inbound", text(Body="x" * 70_000))[0] == 403
    with pytest.raises(HTTPError, match="403"):
        urlopen(
            Request(site.web.address + "/twilio/inbound", b"MessageSid=" + SID.encode()), timeout=20
        )
    assert site.phones.site.rows(inbox) == []


@pytest.mark.parametrize("channel", ["whatsapp:", "rcs:", "sms:"])
def test_a_person_on_another_channel_is_the_same_person(site: CalledSite, channel: str) -> None:
    code, said = site.call("/twilio/inbound", text(From=channel + CASE_MANAGER))
    assert (code, answers.yours(named(1)) in said) == (200, True)
    assert [row.sender for row in site.phones.site.rows(inbox)] == [CASE_MANAGER]


@pytest.mark.parametrize(
    ("opt_out_type", "understood"), [("STOP", "stop"), ("HELP", "help"), ("OTHER", "other")]
)
def test_what_twilio_took_a_text_for_counts(
    site: CalledSite, opt_out_type: str, understood: str
) -> None:
    site.call("/twilio/inbound", text(Body="ARRET", OptOutType=opt_out_type))
    assert [row.understood for row in site.phones.site.rows(inbox)] == [understood]


def test_a_text_by_get_is_taken_if_its_whole_url_is_signed(site: CalledSite) -> None:
    path = f"/twilio/inbound?{urlencode(text())}"
    signature = RequestValidator("new").compute_signature(PUBLIC + path, {})
    guessed = Request(site.web.address + path, headers={"X-Twilio-Signature": "guessed"})
    with pytest.raises(HTTPError, match="403"):
        urlopen(guessed, timeout=20)
    signed = Request(site.web.address + path, headers={"X-Twilio-Signature": signature})
    with urlopen(signed, timeout=20) as answer:
        assert answer.status == 200
    assert site.phones.states() == ["acknowledged"]


def test_a_text_handed_over_twice_is_answered_alike_and_counts_once(site: CalledSite) -> None:
    assert site.call("/twilio/inbound", text()) == site.call("/twilio/inbound", text())
    assert len(site.phones.site.rows(inbox)) == 1


def test_a_text_handed_over_a_thousand_times_at_once_counts_once_and_is_answered_alike(
    site: CalledSite,
) -> None:
    with ThreadPoolExecutor(20) as many:
        calls = many.map(lambda _: site.call("/twilio/inbound", text()), range(1000))
        assert {(code, answers.yours(named(1)) in said) for code, said in calls} == {(200, True)}
    assert len(site.phones.site.rows(inbox)) == 1
    assert site.phones.site.audited.count(("taken", "alert 1")) == 1


def test_a_call_that_is_played_again_later_changes_nothing(site: CalledSite) -> None:
    site.call("/twilio/inbound", text())
    site.phones.text(CASE_MANAGER, "1 p", "SM2")
    before = site.phones.site.audited
    assert site.call("/twilio/inbound", text())[0] == 200
    assert site.phones.states() == ["open"]
    assert site.phones.site.audited == before


@pytest.mark.parametrize("cut", [1, 10, 30])
def test_a_call_that_lost_its_end_is_refused(site: CalledSite, cut: int) -> None:
    form = text(MediaUrl="https://example.org/picture-of-something-long")
    signature = RequestValidator("new").compute_signature(f"{PUBLIC}/twilio/inbound", form)
    body = urlencode(form).encode()[:-cut]
    request = Request(f"{site.web.address}/twilio/inbound", body, {"X-Twilio-Signature": signature})
    with pytest.raises(HTTPError, match="403"):
        urlopen(request, timeout=20)
    assert site.phones.site.rows(inbox) == []


def test_nobody_unknown_is_answered(site: CalledSite) -> None:
    code, said = site.call("/twilio/inbound", text(From="+15550177777"))
    assert (code, "Message" in said) == (200, False)


@pytest.mark.parametrize(
    "body", ["", "x" * 1600, "🙂 17 а", "\x00", "1\x00a", "<b>&amp;", "١ a", "１ Ａ", "帮我"]
)
def test_any_words_are_taken(site: CalledSite, body: str) -> None:
    assert site.call("/twilio/inbound", text(Body=body))[0] == 200


def test_what_is_signed_and_not_whole_is_a_bad_request(site: CalledSite) -> None:
    assert site.call("/twilio/inbound", {"Body": "1 a"})[0] == 400
    assert site.call("/twilio/status", status())[0] == 400
    assert site.call("/twilio/status?message=9e9", status())[0] == 400
    assert site.call("/twilio/status?message=" + "9" * 40, status())[0] == 400


Split = Mapping[str, str]


@pytest.mark.parametrize(
    "changed",
    [
        {"MessageSid": SID + "NumMedia0"},  # the name of the next field was taken into the value
        {"MessageSid": "SM1"},
        {"MessageSid": "XX" + "1" * 32},
        {"MessageSid": SID.upper()},
        {"MessageSid": SID + "\0"},
        {"MessageSid": "SM" + "1" * 500},
        {"SmsSid": "SM" + "2" * 32},
        {"AccountSid": "AC" + "9" * 32},
        {"From": ""},
        {"From": CASE_MANAGER + "\0"},
        {"From": "+" + "1" * 500},
        {"FromA": "From+15550109999"},  # the true sender was pushed into a field of no meaning
        {"ToB": ""},
        {"BodyC": "x"},
        {"MessageSidD": "x"},
        {"FromCity": "From+15550109999FromCityNEW YORK"},
        {"Geo": "From+15550109999"},
        {"Geo": "Fromrcs:+15550109999"},
    ],
    ids=str,
)
def test_a_signed_call_that_was_split_in_other_places_is_a_bad_request(
    site: CalledSite, changed: Split
) -> None:
    assert site.call("/twilio/inbound", {**text(), **changed})[0] == 400
    assert site.phones.site.rows(inbox) == []


def test_a_field_that_comes_twice_is_a_bad_request(site: CalledSite) -> None:
    form = text()
    # The validator signs what a mapping holds, and so the last of two fields of one name.
    signature = RequestValidator("new").compute_signature(f"{PUBLIC}/twilio/inbound", form)
    body = urlencode([("Body", "STOP"), *form.items()]).encode()
    request = Request(f"{site.web.address}/twilio/inbound", body, {"X-Twilio-Signature": signature})
    with pytest.raises(HTTPError, match="400"):
        urlopen(request, timeout=20)


def test_the_fields_that_twilio_adds_are_no_fault(site: CalledSite) -> None:
    added = {"FromCity": "NEW YORK", "FromCountry": "US", "ToState": "NY", "ToZip": "10001"}
    more = {"MessagingServiceSid": "MG" + "0" * 32, "ProfileName": "Tom From", "NumSegments": "1"}
    assert site.call("/twilio/inbound", {**text(), **added, **more})[0] == 200


def test_a_media_message_is_a_message(site: CalledSite) -> None:
    sid = "MM" + "a" * 32
    assert site.call("/twilio/inbound", {**text(), "MessageSid": sid, "SmsSid": sid})[0] == 200


@pytest.mark.parametrize("code", ["x", "1" * 10, "\0"])
def test_an_error_code_of_no_such_shape_is_a_bad_request(site: CalledSite, code: str) -> None:
    assert site.call("/twilio/status?message=1", status(ErrorCode=code))[0] == 400


def test_a_status_of_no_meaning_changes_nothing(site: CalledSite) -> None:
    assert site.call("/twilio/status?message=1", status(MessageStatus="gone fishing"))[0] == 204
    (row,) = site.phones.site.rows(outbox)
    assert row.state == "accepted"


def test_a_database_that_is_away_is_said_so_that_twilio_tries_again_elsewhere(
    site: CalledSite,
) -> None:
    site.away = True
    assert site.call("/twilio/inbound", text())[0] == 503


def test_a_report_finds_its_message_by_our_id(site: CalledSite) -> None:
    with site.phones.site.database.write() as conn:
        conn.execute(update(outbox).values(provider_id=SID))
    assert site.call("/twilio/status?message=1", status())[0] == 204
    (row,) = site.phones.site.rows(outbox)
    assert (row.state, row.provider_id) == ("delivered", SID)


def test_without_a_public_url_nothing_is_served() -> None:
    web = WebServer("127.0.0.1", 0, lambda: application(Daemon()))
    web.start()
    with pytest.raises(HTTPError, match="404"):
        urlopen(Request(f"{web.address}/twilio/inbound", b""), timeout=20)
    web.stop()
