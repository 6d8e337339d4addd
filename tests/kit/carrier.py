"""A carrier at the gateway's port that behaves as badly as carriers do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Literal

from engine.model.message import Outgoing, SendResult

Mood = Literal[
    "takes it",
    "times out after taking it",
    "times out",
    "unreachable",
    "busy",
    "refuses",
    "opted out",
    "stopped",
]


class Killed(BaseException):
    """The process died here."""


class Carrier:
    """Takes messages by its moods, one a send, and takes them kindly when it has run out of moods.

    `delivered` is what its recipients' phones show: how often each outbox row was taken. `deaf`
    look-ups find nothing out. `passing` is called at each point where the process may die.
    """

    name = "carrier"
    parallel = False

    def __init__(
        self, *moods: Mood, deaf: int = 0, passing: Callable[[], None] = lambda: None
    ) -> None:
        self.moods = list(moods)
        self.deaf = deaf
        self.passing = passing
        self.delivered: Counter[int] = Counter()
        self.asked: list[Outgoing] = []
        self.looked_up: list[Outgoing] = []

    def send(self, message: Outgoing) -> SendResult:
        self.passing()
        self.asked.append(message)
        mood = self.moods.pop(0) if self.moods else "takes it"
        if mood in {"takes it", "times out after taking it"}:
            self.delivered[message.id] += 1
        self.passing()
        match mood:
            case "takes it":
                return _taken(message)
            case "unreachable":
                return SendResult("retry", error_text="ConnectionError", answered=False)
            case "busy":
                return SendResult("retry", error_code="20429")
            case "refuses":
                return SendResult("refused", error_code="21614")
            case "opted out":
                return SendResult("opted_out", error_code="21610")
            case "stopped":
                return SendResult("stopped", error_code="20003")
            case _:
                return SendResult("unknown", error_text="ReadTimeout", answered=False)

    def look_up(self, message: Outgoing) -> SendResult | None:
        self.passing()
        self.looked_up.append(message)
        if self.deaf:
            self.deaf -= 1
            return SendResult("unknown", error_text="ReadTimeout", answered=False)
        return _taken(message) if self.delivered[message.id] else None


def _taken(message: Outgoing) -> SendResult:
    return SendResult("accepted", provider_id=f"SM{message.id}")
