"""The `twilio:` part of `sms:` in config.yaml: the account, its sender and our URL."""

from __future__ import annotations

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from engine.model.secret import Secret
from engine.model.sms_settings import LONGEST_TIMEOUT, Phone
from engine.model.strict import Strict
from engine.model.web_address import is_loopback

ServiceSid = Annotated[str, StringConstraints(pattern=r"^MG[0-9a-fA-F]{32}$")]


def _is_loopback(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")


def _local(url: str) -> str:
    if urlsplit(url).scheme not in {"http", "https"} or not _is_loopback(url):
        raise ValueError(
            "must be a server on this machine, such as http://127.0.0.1:4010; "
            "leave it out for Twilio"
        )
    return url.rstrip("/")


def _reachable(url: str) -> str:
    if urlsplit(url).scheme != "https" and not _is_loopback(url):
        raise ValueError("must begin with https://, because Twilio calls it over the internet")
    if urlsplit(url).query or urlsplit(url).fragment:
        raise ValueError(
            "must end before the path /twilio/…, without ? or #, "
            "such as https://handrail.example.org"
        )
    return url.rstrip("/")


class TwilioSettings(Strict):
    """An account at Twilio; exactly one of `from_number` and `messaging_service` is its sender.

    Attributes:
        account_sid: Where the account's SID is: AC and 32 hexadecimal digits.
        auth_token: Where the account's auth token is: 32 hexadecimal digits.
        previous_auth_token: Where the token before it is, while the token is being changed. It only
            verifies calls that Twilio signs.
        from_number: The number that texts come from, such as +12025550100.
        call_number: The number that calls come from, if that is not from_number.
        messaging_service: The messaging service that sends texts: MG and 32 hexadecimal digits.
        timeout_seconds: How many seconds a request to Twilio may take.
        base_url: A server on this machine that stands in for Twilio in a trial.
        public_url: The URL by which Twilio reaches the daemon; /twilio/inbound and /twilio/status
            are below it. Without it no answers and no reports come in by calls.
    """

    account_sid: Secret = Secret(env="TWILIO_ACCOUNT_SID")
    auth_token: Secret = Secret(env="TWILIO_AUTH_TOKEN")
    previous_auth_token: Secret | None = None
    from_number: Phone | None = None
    call_number: Phone | None = None
    messaging_service: ServiceSid | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=LONGEST_TIMEOUT)] = LONGEST_TIMEOUT
    base_url: Annotated[str, AfterValidator(_local)] | None = None
    public_url: Annotated[str, AfterValidator(_reachable)] | None = None

    @property
    def calls_from(self) -> str | None:
        """The number that calls come from; None if there is none."""
        return self.call_number or self.from_number

    @model_validator(mode="after")
    def _one_sender(self) -> Self:
        if (self.from_number is None) == (self.messaging_service is None):
            raise ValueError("needs either from_number or messaging_service, and not both")
        return self
