"""The one entry of this connector in the registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from connectors.twilio_simulator.phone import TerminalPhone
from engine.model.instant import Instant
from engine.model.sms_settings import SmsSettings


def open_phone(sms: SmsSettings, stream: TextIO, now: Callable[[], Instant]) -> TerminalPhone:
    """Return a phone on `stream`; its carrier keeps its messages beside `file:` of `sms`.

    Args:
        sms: The settings of the site.
        stream: The terminal that shows texts.
        now: Returns the present instant.
    """
    return TerminalPhone(sms.file.with_name("local_twilio.jsonl"), stream, now)
