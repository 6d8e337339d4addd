"""What the engine sees of this connector."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from connectors.twilio_simulator.phone import TerminalPhone
from engine.model.instant import Instant
from engine.model.sms_settings import SmsSettings


def open_phone(sms: SmsSettings, stream: TextIO, now: Callable[[], Instant]) -> TerminalPhone:
    """Return a phone on `stream`; its carrier remembers its messages beside `file:` of `sms`.

    Args:
        sms: the settings of the site.
        stream: where texts are shown.
        now: tells the time (Instant).
    """
    return TerminalPhone(sms.file.with_name("local_twilio.jsonl"), stream, now)
