"""The ways to a person: each message goes to the gateway of its way, behind one port."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.message import ADDRESSED, Outgoing, SendResult, Way
from engine.ports import SmsGateway


class Ways:
    """A gateway that hands texts and calls to the carrier, and all else to the others."""

    def __init__(self, carrier: SmsGateway, others: Mapping[Way, SmsGateway]) -> None:
        self.name = carrier.name
        self.parallel = carrier.parallel
        self._carrier = carrier
        self._others = others

    def send(self, message: Outgoing) -> SendResult:
        """Hand over one message; a way that config.yaml names no more takes none."""
        gateway = self._of(message)
        if gateway is None:
            return SendResult("refused", error_text=f"config.yaml has no way for {message.way}")
        return gateway.send(message)

    def look_up(self, message: Outgoing) -> SendResult | None:
        """Look up a message whose outcome is unknown."""
        gateway = self._of(message)
        return gateway.look_up(message) if gateway else None

    def _of(self, message: Outgoing) -> SmsGateway | None:
        return self._others.get(message.way) if message.way in ADDRESSED else self._carrier
