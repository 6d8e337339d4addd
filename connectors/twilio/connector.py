"""The one entry of this connector in the registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TextIO

from connectors.twilio import account_weaknesses
from connectors.twilio.settings import TwilioSettings
from engine.model.sms_settings import SmsSettings
from engine.model.strict import Strict

if TYPE_CHECKING:
    from connectors.twilio.gateway import TwilioSms

SETTINGS = TwilioSettings


def reaches_phones(own: Strict | None) -> bool:
    """Return whether texts go to Twilio itself, and not to a server on this machine."""
    return not (isinstance(own, TwilioSettings) and own.base_url)


def weaknesses(own: Strict | None, environ: Mapping[str, str]) -> Iterable[str]:
    """Return why the account, its token or its sender can hardly be right."""
    assert isinstance(own, TwilioSettings)
    return [*account_weaknesses.of_account(own, environ), *account_weaknesses.of_sender(own)]


def examine(own: Strict | None, environ: Mapping[str, str]) -> Iterable[tuple[bool, str]]:
    """Ask Twilio for the account."""
    from connectors.twilio.gateway import TwilioSms  # noqa: PLC0415 - takes long to import

    assert isinstance(own, TwilioSettings)
    gateway = TwilioSms(own, environ)
    try:
        return [gateway.examine()]
    finally:
        gateway.close()


def can_call(own: Strict | None) -> bool:
    """Return whether the settings have a number to call from, and our URL for the keys."""
    return isinstance(own, TwilioSettings) and bool(own.public_url and own.calls_from)


def open_gateway(sms: SmsSettings, phone: TextIO, environ: Mapping[str, str]) -> TwilioSms:  # noqa: ARG001 - nothing is printed
    """Return the gateway to the account that `sms.own` describes.

    Raises:
        UserError: A secret is missing from `environ`.
    """
    # Imported here because Twilio's library takes long to import.
    from connectors.twilio.gateway import TwilioSms  # noqa: PLC0415

    assert isinstance(sms.own, TwilioSettings)
    return TwilioSms(sms.own, environ)
