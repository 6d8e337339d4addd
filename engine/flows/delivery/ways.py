"""The ways to a person: each message goes to the gateway of its way, behind one port."""

from __future__ import annotations

from engine.model.message import Outgoing, SendResult, Way
from engine.ports import SmsGateway


class Ways:
    """A gateway that hands e-mails to the mail server, and all else to the carrier."""

    def __init__(self, carrier: SmsGateway, mail: SmsGateway) -> None:
        self.name = carrier.name
        self.parallel = carrier.parallel
        self._carrier = carrier
        self._mail = mail

    def send(self, message: Outgoing) -> SendResult:
        """Hand over one message."""
        return self._of(message).send(message)

    def look_up(self, message: Outgoing) -> SendResult | None:
        """Look up a message whose outcome is unknown."""
        return self._of(message).look_up(message)

    def _of(self, message: Outgoing) -> SmsGateway:
        return self._mail if message.way is Way.MAIL else self._carrier
