"""A local Twilio for a test, on a clock of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.twilio_simulator.carrier import Carrier
from connectors.twilio_simulator.server import LocalTwilio
from connectors.twilio_simulator.trouble import Trouble
from tests.kit.times import SetClock

ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "hush"
NUMBER = "+12025550199"
SECRETS = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN}


@contextmanager
def serving(now: SetClock, trouble: Trouble | None = None) -> Iterator[LocalTwilio]:
    """A local Twilio that serves until the block ends."""
    local = LocalTwilio(Carrier(NUMBER, ACCOUNT, trouble), TOKEN, now)
    local.start()
    try:
        yield local
    finally:
        local.stop()
