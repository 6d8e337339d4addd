"""The `sms:` part of config.yaml: which gateway, how much a text may say, and how Twilio is reached."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from engine.errors import UserError
from engine.model.config_path import ConfigPath
from engine.model.strict import Strict

# How much a text to staff may say of the client: nothing, the ref, or the ref and the rule's few words of reason.
Detail = Literal["none", "reference", "reason"]

# A claimed message's lease (flows/deliver.py) reckons with it: a longer one could outlast the lease.
LONGEST_TIMEOUT = 10.0

E164 = r"\+[1-9][0-9]{6,14}"
Phone = Annotated[str, StringConstraints(pattern=f"^{E164}$")]
ServiceSid = Annotated[str, StringConstraints(pattern=r"^MG[0-9a-fA-F]{32}$")]


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _local(url: str) -> str:
    if urlsplit(url).scheme not in {"http", "https"} or not _is_loopback(url):
        raise ValueError(
            "must be a server on this machine, such as http://127.0.0.1:4010; leave it out for Twilio"
        )
    return url.rstrip("/")


def _reachable(url: str) -> str:
    if urlsplit(url).scheme != "https" and not _is_loopback(url):
        raise ValueError("must begin with https://, for it is called over the internet")
    if urlsplit(url).query or urlsplit(url).fragment:
        raise ValueError(
            "must end before the path /twilio/…, without ? or #, such as https://handrail.example.org"
        )
    return url.rstrip("/")


class Secret(Strict):
    """Where a secret is to be found; never the secret itself."""

    env: str | None = None
    file: ConfigPath | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError(
                "needs either env: NAME of an environment variable or file: PATH, and not both"
            )
        return self

    def read(self, environ: Mapping[str, str]) -> str:
        """The secret, without white space around it; UserError where it is not there or empty."""
        if self.file is not None:
            try:
                found = self.file.read_text("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "it is not text"
                raise UserError(
                    f"The secret in the file {self.file} cannot be read: {reason}."
                ) from None
            place = f"file {self.file}"
        else:
            found, place = environ.get(self.env or "", ""), f"environment variable {self.env}"
        if not found.strip():
            raise UserError(
                f"The {place} is empty or missing; it must hold the secret that the config names it for."
            )
        return found.strip()


class TwilioSettings(Strict):
    """An account at Twilio: exactly one of `from_number` and `messaging_service` is the sender.

    `public_url` is the address by which Twilio reaches the daemon: /twilio/inbound and /twilio/status are below it.
    `previous_auth_token` counts for what Twilio signs, while the token is being changed.
    """

    account_sid: Secret = Secret(env="TWILIO_ACCOUNT_SID")
    auth_token: Secret = Secret(env="TWILIO_AUTH_TOKEN")
    previous_auth_token: Secret | None = None
    from_number: Phone | None = None
    messaging_service: ServiceSid | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=LONGEST_TIMEOUT)] = LONGEST_TIMEOUT
    base_url: Annotated[str, AfterValidator(_local)] | None = None
    public_url: Annotated[str, AfterValidator(_reachable)] | None = None

    @model_validator(mode="after")
    def _one_sender(self) -> Self:
        if (self.from_number is None) == (self.messaging_service is None):
            raise ValueError("needs either from_number or messaging_service, and not both")
        return self


class SmsSettings(Strict):
    """Texts: `printed` writes them to the terminal and to `file`, `twilio` sends them."""

    gateway: Literal["printed", "twilio"] = "printed"
    detail: Detail = "reason"
    file: ConfigPath = Field(default=Path("var/printed_sms.jsonl"), validate_default=True)
    twilio: TwilioSettings | None = None

    @model_validator(mode="after")
    def _twilio_is_described(self) -> Self:
        if self.gateway == "twilio" and self.twilio is None:
            raise ValueError(
                "gateway: twilio needs a part twilio: with its sender and where its secrets are"
            )
        return self
