"""Texts through Twilio. Only this module imports Twilio's library."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from connectors.posting import never_reached
from connectors.twilio.addresses import phone_of
from connectors.twilio.ages import nearest
from connectors.twilio.error_codes import outcome_of
from connectors.twilio.settings import TwilioSettings
from connectors.twilio.spoken import RINGS_FOR, asking, key_url
from connectors.twilio.statuses import report_of, report_of_call
from engine.model.inbound import Inbound, KeyPress, ListedTexts
from engine.model.instant import DAY_US, HOUR_US, to_us
from engine.model.message import Outgoing, Report, SendResult, Silent, Way
from engine.model.spoken_words import language_of_call
from engine.ports import AddRoutes

if TYPE_CHECKING:
    from fastapi import FastAPI

_API = "https://api.twilio.com"
_PAGE = 200
_CALL = "CA"  # the beginning of Twilio's id of a call
_MOST_RECEIVED = 2000  # texts; far more than come in between two requests
_LONGEST_VALIDITY = 36_000  # seconds; Twilio takes no longer one
# How far the age of a message by our clock usually is from that by Twilio's, at most.
_CLOCKS_APART_US = 2 * HOUR_US
# If our clock was wrong, a message may be far older than its age by it. The code in its words
# repeats over weeks only, so a wide margin finds nothing foreign.
_SAME_AFTER_US = 7 * DAY_US
_NUMBER = re.compile(r"\+?\d{7,}")


class TwilioSms:
    """Hands texts to Twilio.

    Twilio has no idempotency key. After a time-out a message is found at Twilio by its number, its
    words and its age. Messages that are already known under another id are left out.
    """

    name = "twilio"
    parallel = True

    def __init__(self, settings: TwilioSettings, environ: Mapping[str, str]) -> None:
        """Read the secrets; nothing is sent yet.

        Raises:
            UserError: A secret is missing.
        """
        account_sid, auth_token = (
            settings.account_sid.read(environ),
            settings.auth_token.read(environ),
        )
        previous = settings.previous_auth_token
        self.account_sid = account_sid
        tokens = [auth_token, *([previous.read(environ)] if previous else [])]
        self._validators = [RequestValidator(token) for token in tokens]
        self._settings = settings
        self._http = _HttpClient(settings)
        self.client = Client(account_sid, auth_token, http_client=self._http)

    def close(self) -> None:
        """Let go of the connections to Twilio."""
        self._http.session.close()

    def examine(self) -> tuple[bool, str]:
        """Return whether Twilio knows the account as active, and a sentence about it."""
        try:
            status = self.client.api.v2010.accounts(self.account_sid).fetch().status
        except Exception as error:
            told = _failure(error)
            if told.outcome == "stopped":
                return False, f"Twilio refuses the account or its token (error {told.error_code})."
            return False, f"Twilio cannot be asked: {told.error_text}."
        if status != "active":
            return False, f"Twilio says that the account is {status}, so no text goes out."
        return True, "Twilio knows the account, and it is active."

    def send(self, message: Outgoing) -> SendResult:
        """Create the message, or the call, at Twilio."""
        if message.way is Way.CALL:
            return self._call(message)
        settings = self._settings
        given: dict[str, Any] = {"to": message.to, "body": message.body}
        if settings.from_number:
            given["from_"] = settings.from_number
        else:
            given["messaging_service_sid"] = settings.messaging_service
        if settings.public_url:
            # It holds our row's id, because a report may come before Twilio's id is stored.
            given["status_callback"] = f"{settings.public_url}/twilio/status?message={message.id}"
        if message.valid_for is not None:
            given["validity_period"] = max(1, min(message.valid_for, _LONGEST_VALIDITY))
        try:
            created = self.client.messages.create(**given)
        except Exception as error:  # whatever the error is, the message may have gone out
            return _failure(error)
        if not created.sid:
            return SendResult("unknown", error_text="Twilio's answer holds no message id")
        return SendResult("accepted", provider_id=created.sid)

    def _call(self, message: Outgoing) -> SendResult:
        """Create a call. It never stops the texts: a number that cannot be called is refused."""
        url, language = self._settings.public_url, language_of_call(message.body)
        try:
            created = self.client.calls.create(
                to=message.to,
                from_=self._settings.calls_from,
                twiml=asking(message.body, language, key_url(url, message.id, language)),
                timeout=RINGS_FOR,
                status_callback=f"{url}/twilio/call-status?message={message.id}",
            )
        except Exception as error:  # whatever the error is, the phone may ring
            failed = _failure(error)
            return replace(failed, outcome="refused") if failed.outcome == "stopped" else failed
        if not created.sid:
            return SendResult("unknown", error_text="Twilio's answer holds no call id")
        return SendResult("accepted", provider_id=created.sid)

    def signed(self, url: str, form: Mapping[str, str], signature: str) -> bool:
        """Return whether Twilio signed this call, with the token or the one before it."""
        return any(validator.validate(url, dict(form), signature) for validator in self._validators)

    def webhooks(
        self,
        take: Callable[[Inbound], str | None],
        report: Callable[[Report], None],
        press: Callable[[KeyPress], str | None],
    ) -> AddRoutes | None:
        """Return the routes that serve Twilio's calls; None without a public URL."""
        if self._settings.public_url is None:
            return None
        # Imported here because FastAPI takes long to import.
        from connectors.twilio.voice_webhooks import add_voice  # noqa: PLC0415
        from connectors.twilio.webhooks import TwilioCalls, add_twilio  # noqa: PLC0415

        calls = TwilioCalls(
            self._settings.public_url, self.account_sid, self.signed, take, report, press
        )

        def add(app: FastAPI) -> None:
            add_twilio(app, calls)
            add_voice(app, calls)

        return add

    def look_up(self, message: Outgoing) -> SendResult | None:
        """Find the message among the newest to its number.

        Returns:
            Its outcome; `unknown` if the list does not show the message.
        """
        listing = self.client.calls if message.way is Way.CALL else self.client.messages
        try:
            # Not by the date of sending, because a message that still waits at Twilio has none.
            page = listing.page(to=message.to, page_size=_PAGE)
            listed = list(page)
            # Twilio's own clock, because ours may have been set since.
            present = self._http.dated()
        except Exception as error:
            return replace(_failure(error), outcome="unknown", retry_after=None)

        def age(each: Any) -> int:
            return (present - (each.date_created or present)) // timedelta(microseconds=1)

        recent = [each for each in listed if age(each) <= message.ago + _CLOCKS_APART_US]
        lately = [each for each in listed if age(each) <= message.ago + _SAME_AFTER_US]
        others = [each for each in lately if each.sid not in message.twins.known]
        # A trial account puts words of its own before ours.
        same = [each for each in others if message.way is Way.CALL or _says(each, message.body)]
        ours = nearest([message.ago, *message.twins.in_doubt], [age(each) for each in same])
        if ours is not None:
            return SendResult("accepted", provider_id=same[ours].sid)
        if message.way is not Way.CALL and any(not each.body for each in others):
            return SendResult(
                "unknown", error_text="Twilio lists messages to this number without their words"
            )
        if page.next_page_url and len(recent) == len(listed):
            return SendResult(
                "unknown",
                error_text="Twilio lists more messages to this number than were looked at",
            )
        return None

    def report_on(self, message: Silent) -> Report | None:
        """Fetch the present status of a message; None if it is not known now."""
        if message.provider_id.startswith(_CALL):
            return self._report_on_call(message)
        try:
            fetched = self.client.messages(message.provider_id).fetch()
        except Exception:  # asked again later
            return None
        error_code = None if fetched.error_code is None else str(fetched.error_code)
        return report_of(message.id, message.provider_id, str(fetched.status), error_code)

    def _report_on_call(self, message: Silent) -> Report | None:
        try:
            fetched = self.client.calls(message.provider_id).fetch()
        except Exception:  # asked again later
            return None
        return report_of_call(message.id, message.provider_id, str(fetched.status))

    def received(self, since: datetime) -> ListedTexts | None:
        """List the texts to our number, or to any number of the messaging service."""
        to = {"to": self._settings.from_number} if self._settings.from_number else {}
        try:
            listed = self.client.messages.list(
                date_sent_after=since, page_size=_PAGE, limit=_MOST_RECEIVED, **to
            )
            present = to_us(self._http.dated())
        except Exception:  # asked again later
            return None
        found = [
            Inbound(
                each.sid,
                phone_of(each.from_),
                each.body or "",
                to_us(each.date_sent or each.date_created),
            )
            for each in listed
            if each.direction == "inbound"
        ]
        # Twilio lists the newest first, and may take a date for the whole day.
        recent = [text for text in reversed(found) if (text.sent_at or 0) >= to_us(since)]
        return ListedTexts(recent, present)


class _HttpClient(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's own client with a time-out. It logs no numbers and can reach a local server."""

    def __init__(self, settings: TwilioSettings) -> None:
        super().__init__(
            timeout=settings.timeout_seconds, logger=logging.Logger("twilio", logging.CRITICAL)
        )
        # Where everything is logged, it logs the URL of each request, with the number that is
        # looked up.
        logging.getLogger("urllib3").setLevel(logging.INFO)
        self._date: str | None = None
        self._base_url = settings.base_url
        if self._base_url:
            self.session.trust_env = False  # no proxy leads back to this machine

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """Send a request as the library's own client does."""
        response = super().request(
            method, url.replace(_API, self._base_url or _API, 1), *args, **kwargs
        )
        self._date = response.headers.get("Date")
        return response

    def dated(self) -> datetime:
        """Return when Twilio answered last, by its own clock.

        Raises:
            ValueError: It did not say so.
        """
        return parsedate_to_datetime(self._date or "")


def _says(listed: Any, body: str) -> bool:
    return bool((listed.body or "").endswith(body))


def _failure(error: Exception) -> SendResult:
    if isinstance(error, TwilioRestException | TwilioServiceException):
        outcome, retry_after = outcome_of(error.status, error.code)
        answered = error.status < 500
        return SendResult(
            outcome, None, str(error.code or error.status), _said(error), retry_after, answered
        )
    outcome = "retry" if never_reached(error) else "unknown"
    return SendResult(outcome, error_text=_said(error), answered=False)


def _said(error: Exception) -> str:
    """Return the error's text without the numbers that Twilio repeats."""
    if isinstance(error, TwilioRestException):
        return _NUMBER.sub("…", str(error.msg))[:300]
    return type(error).__name__
