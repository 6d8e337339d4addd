"""Calls from outside: texts, the carrier's reports of texts, and records of sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from engine.flows.delivery import delivery_status
from engine.flows.inbound import key_presses, receive
from engine.flows.intake import received
from engine.model.inbound import Inbound, KeyPress
from engine.model.instant import Instant
from engine.model.message import FINAL_STATES, Report
from engine.model.notification_settings import NotificationSettings
from engine.model.received import Receipt
from engine.ports import (
    AddRoutes,
    AnySource,
    CalledSource,
    CarrierWebhooks,
    Listener,
    ListeningSource,
    NudgedSource,
    SmsGateway,
)
from engine.rulebook.plans.plans import Plans
from engine.store.database.connection import Database

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class IncomingCalls:
    """Takes what the carrier and the sources send.

    `telling` and `plans` return what serves at the moment of a call. `wake` begins a flow's next
    step at once.
    """

    database: Database
    sources: Sequence[AnySource]
    gateway: SmsGateway
    telling: Callable[[], NotificationSettings]
    plans: Callable[[], Plans]
    now: Callable[[], Instant]
    wake: Callable[[str], None]

    def routes(self) -> Sequence[AddRoutes]:
        """Return the routes that serve the calls of the carrier and of sources."""
        found: list[AddRoutes | None] = [
            source.routes(partial(self._record_came_in, source.name), self.now)
            for source in self.sources
            if isinstance(source, CalledSource)
        ]
        found += [
            source.nudges(lambda: self.wake("ingest"))
            for source in self.sources
            if isinstance(source, NudgedSource)
        ]
        if isinstance(self.gateway, CarrierWebhooks):
            found.append(self.gateway.webhooks(self._text_came_in, self._reported, self._pressed))
        return [add for add in found if add is not None]

    def listeners(self) -> Sequence[Listener]:
        """Take the ports of sources that have one; nothing listens yet.

        Raises:
            UserError: A port is in use.
        """
        return [
            source.listener(partial(self._record_came_in, source.name), self.now)
            for source in self.sources
            if isinstance(source, ListeningSource)
        ]

    def _record_came_in(self, source: str, key: str | None, body: bytes) -> Receipt:
        receipt = received.take(self.database, source, key, body, self.now())
        _log.info("record came in", source=source, receipt=receipt, bytes=len(body))
        return receipt

    def _text_came_in(self, inbound: Inbound) -> str | None:
        taken = receive.take(self.database, inbound, self.telling(), self.now(), self.plans())
        if taken.new:
            self.wake("evaluate")
            self.wake("deliver")
        _log.info(
            "text came in",
            provider_id=inbound.provider_id,
            understood=taken.understood,
            alert=taken.alert_id,
        )
        return taken.answer

    def _pressed(self, pressed: KeyPress) -> str | None:
        answer = key_presses.take(self.database, pressed, self.telling().detail, self.now())
        self.wake("evaluate")
        self.wake("deliver")
        _log.info("key pressed", provider_id=pressed.provider_id, message=pressed.message_id)
        return answer

    def _reported(self, report: Report) -> None:
        state = delivery_status.take(self.database, report, self.now())
        tell = _log.info if state in FINAL_STATES else _log.debug
        tell("message reported", id=report.message_id, reported=report.state, state=state)
