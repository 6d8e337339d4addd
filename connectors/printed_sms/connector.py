"""The one entry of this connector in the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from connectors.printed_sms.gateway import PrintedSms
from engine.model.sms_settings import SmsSettings

SETTINGS = None  # `file:` of `sms:` is all it needs


def open_gateway(sms: SmsSettings, phone: TextIO, environ: Mapping[str, str]) -> PrintedSms:  # noqa: ARG001 - it has no secrets
    """Return a gateway that prints texts on `phone`."""
    return PrintedSms(sms.file, phone)
