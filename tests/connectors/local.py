"""A local Twilio for a test, on a clock of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from connectors.twilio_simulator.carrier import Carrier
from connectors.twilio_simulator.server import LocalTwilio
from connectors.twilio_simulator.trouble import Trouble

ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "hush"
NUMBER = "+12025550199"
SECRETS = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN}


@dataclass
class SetTime:
    """A time that stands still until it is set, in microseconds since 1970."""

    us: int = 0

    def __call__(self) -> int:
        return self.us


@contextmanager
def serving(now: SetTime, trouble: Trouble | None = None) -> Iterator[LocalTwilio]:
    """A local Twilio that serves until the block ends."""
    local = LocalTwilio(Carrier(NUMBER, ACCOUNT, trouble), TOKEN, now)
    local.start()
    try:
        yield local
    finally:
        local.stop()
