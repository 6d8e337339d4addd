"""What the engine asks of the outside world; fakes stand here in tests, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from engine.model.duration import Duration
from engine.model.inbound import Inbound
from engine.model.intake import Batch, Reject
from engine.model.message import Outgoing, Report, SendResult, Silent


class Clock(Protocol):
    """Tells the time; only wiring holds one, everything else takes `now` as an argument."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class Source(Protocol):
    """Where events and roster rows come from."""

    name: str
    silent_after: (
        Duration | None
    )  # microseconds without a new event after which it counts as silent; None: never

    def read(self, positions: Mapping[str, Any], now: datetime) -> Iterator[Batch]:
        """What is new since `positions` (item -> what an earlier batch of that item carried as its position).

        Each batch is committed together with its position, so a killed process reads again exactly
        what was not committed. Raises OSError where the source as a whole cannot be reached.
        """

    def reread(self, item: str, position: Any, rejects: Sequence[Reject]) -> Batch:
        """Rows that were rejected, read again from their text as the source is configured now."""


class SmsGateway(Protocol):
    """Hands messages to a carrier."""

    name: str

    def send(self, message: Outgoing) -> SendResult:
        """Hand over one message; never raises for what the carrier says, only reports it."""

    def look_up(self, message: Outgoing) -> SendResult | None:
        """What became of a message whose outcome is unknown; None where it was certainly never taken."""


class CarrierRecords(Protocol):
    """What a carrier that keeps records can be asked later, where its own calls did not reach us."""

    def report_on(self, message: Silent) -> Report | None:
        """What became of a message that it took; None where it cannot say now."""

    def received(self, since: datetime) -> Sequence[Inbound] | None:
        """The texts to us since then (aware), the oldest first; None where it cannot say now."""
