"""The one entry of this connector in the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from connectors.printed_sms.gateway import PrintedSms
from engine.model.sms_settings import SmsSettings
from engine.model.strict import Strict

SETTINGS = None  # `file:` of `sms:` is all it needs


def reaches_phones(own: Strict | None) -> bool:  # noqa: ARG001 - it has none
    """Return False: its texts do not leave this machine."""
    return False


def open_gateway(sms: SmsSettings, phone: TextIO, environ: Mapping[str, str]) -> PrintedSms:  # noqa: ARG001 - it has no secrets
    """Return a gateway that prints texts on `phone`."""
    return PrintedSms(sms.file, phone)
