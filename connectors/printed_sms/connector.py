"""The one entry of this connector in the registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TextIO

from engine.model.sms_settings import SmsSettings
from engine.model.strict import Strict

if TYPE_CHECKING:
    from connectors.printed_sms.gateway import PrintedSms

SETTINGS = None  # `file:` of `sms:` is all it needs


def reaches_phones(own: Strict | None) -> bool:  # noqa: ARG001 - it has none
    """Return False: its texts do not leave this machine."""
    return False


def weaknesses(own: Strict | None, environ: Mapping[str, str]) -> Iterable[str]:  # noqa: ARG001 - it has no settings
    """Return nothing, because it has no account that could be wrong."""
    return ()


def examine(own: Strict | None, environ: Mapping[str, str]) -> Iterable[tuple[bool, str]]:  # noqa: ARG001 - it has no settings
    """Return nothing, because there is no carrier to ask."""
    return ()


def can_call(own: Strict | None) -> bool:  # noqa: ARG001 - it has none
    """Return True: it prints what a call would say, for trials."""
    return True


def open_gateway(sms: SmsSettings, phone: TextIO, environ: Mapping[str, str]) -> PrintedSms:  # noqa: ARG001 - it has no secrets
    """Return a gateway that prints texts on `phone`."""
    # Imported here because commands that read the settings alone do without it.
    from connectors.printed_sms.gateway import PrintedSms  # noqa: PLC0415

    return PrintedSms(sms.file, phone)
