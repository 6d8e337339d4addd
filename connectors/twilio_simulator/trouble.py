"""Trouble, drawn from a seed in the order of events, so that a run can be repeated."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

from connectors.twilio_simulator.texts import Status
from engine.model.duration import Duration
from engine.model.instant import SECOND_US, Instant

Kind = Literal[
    # The trouble of a request; "after taking" comes after its effect.
    "busy",
    "broken",
    "broken after taking",
    "silent",
    "silent after taking",
    "cut",
    # The trouble of a call about a message.
    "dropped",
    "late",
    "repeated",
    # The end of a message.
    "undelivered",
    "failed",
    "opted out",
]
# A late or repeated call comes within this time (microseconds), so that later ones overtake it.
LATEST_US = 20 * 60 * SECOND_US


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a request: a status and a body; `silent` never answers, `cut` hangs up.

    If `taken`, the request has its effect all the same, and an empty body becomes its proper
    answer.
    """

    status: int = 201
    body: str = ""
    taken: bool = False
    silent: bool = False
    cut: bool = False


def refusal(status: int, code: int | None = None, message: str = "") -> str:
    """Return the body with which Twilio refuses a request."""
    said = {"status": status, "message": message}
    if code is not None:
        said |= {"code": code, "more_info": f"https://www.twilio.com/docs/errors/{code}"}
    return json.dumps(said)


_ANSWERS: Mapping[Kind, Answer] = {
    "busy": Answer(429, refusal(429, 20429, "Too Many Requests")),
    "broken": Answer(503, refusal(503, None, "Service Unavailable")),
    "broken after taking": Answer(500, refusal(500, 20500, "Internal Server Error"), taken=True),
    "silent": Answer(silent=True),
    "silent after taking": Answer(silent=True, taken=True),
    "cut": Answer(cut=True),
}
_ENDS: Mapping[Kind, tuple[Status, int]] = {
    "undelivered": ("undelivered", 30003),
    "failed": ("failed", 30008),
    "opted out": ("failed", 21610),
}


class Trouble:
    """Draws each kind of trouble by its share of 1, which may change; `seen` counts each kind.

    `outages` are times, (from, until) in microseconds, at which every request is answered with 503.
    """

    def __init__(self, seed: int = 0, shares: Mapping[Kind, float] | None = None) -> None:
        self.seen: Counter[str] = Counter()
        self.outages: list[tuple[Instant, Instant]] = []
        self._random = Random(seed)
        self.shares = dict(shares or {})

    def answer(self, now: Instant) -> Answer | None:
        """Return the trouble of a request; None if it has none."""
        if any(begin <= now < end for begin, end in self.outages):
            self.seen["down"] += 1
            return _ANSWERS["broken"]
        return next((answer for kind, answer in _ANSWERS.items() if self._comes(kind)), None)

    def end(self) -> tuple[Status, int | None]:
        """Return the end of a message: its last status and its error code."""
        return next((end for kind, end in _ENDS.items() if self._comes(kind)), ("delivered", None))

    def delays(self) -> list[Duration]:
        """Return the wait before each time a call is made, in microseconds."""
        if self._comes("dropped"):
            return []
        delays = [self._random.randrange(LATEST_US) if self._comes("late") else 0]
        if self._comes("repeated"):
            delays.append(self._random.randrange(LATEST_US))
        return delays

    def _comes(self, kind: Kind) -> bool:
        share = self.shares.get(kind, 0.0)
        comes = share > 0 and self._random.random() < share
        self.seen[kind] += comes
        return comes
