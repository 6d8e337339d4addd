"""A phone in the terminal; texts take the same way as through the real Twilio."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from connectors.twilio.settings import TwilioSettings
from connectors.twilio_simulator.carrier import Carrier
from connectors.twilio_simulator.memory import Memory
from connectors.twilio_simulator.server import LocalTwilio
from connectors.twilio_simulator.terminal import PhoneTerminal
from engine.model.instant import Instant
from engine.model.sms_settings import Detail, SmsSettings

NUMBER = "+12025550199"
_PUBLIC_URL = "http://localhost"  # as a proxy's would, it leads to the daemon's address
_ACCOUNT = "AC" + "0" * 32


class TerminalPhone:
    """A local Twilio with its memory in `file`, and a console that shows texts on `stream`."""

    def __init__(self, file: Path, stream: TextIO, now: Callable[[], Instant]) -> None:
        token = secrets.token_hex(16)
        self.environ: Mapping[str, str] = {
            "TWILIO_ACCOUNT_SID": _ACCOUNT,
            "TWILIO_AUTH_TOKEN": token,
        }
        carrier = Carrier(NUMBER, _ACCOUNT, era=now())
        memory = Memory(file)
        for text in memory.texts():
            carrier.hold(text, now())
        self._twilio = LocalTwilio(carrier, token, now)
        self._console = PhoneTerminal(stream, self._twilio.text_in)
        carrier.inbound_url = f"{_PUBLIC_URL}/twilio/inbound"
        carrier.kept, carrier.shown = memory.keep, self._console.show

    def start(self, detail: Detail) -> SmsSettings:
        """Begin to serve; return the settings by which texts go this way."""
        self._twilio.start()
        twilio = TwilioSettings(
            from_number=NUMBER, base_url=self._twilio.url, public_url=_PUBLIC_URL
        )
        return SmsSettings(gateway="twilio", detail=detail, own=twilio)

    def connect(self, address: str, descriptor: int | None) -> None:
        """Call the daemon at its address from now on, and read typed lines if there is an input."""
        self._twilio.call_at(address, known_by=_PUBLIC_URL)
        if descriptor is not None:
            # In the background of a shell, reading from the terminal would stop the whole process.
            signal.signal(signal.SIGTTIN, signal.SIG_IGN)
            self._console.listen(descriptor)

    def stop(self) -> None:
        """Serve, call and read no more."""
        self._console.stop()
        self._twilio.stop()
