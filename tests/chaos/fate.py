"""Where in a step a daemon is killed or suspended, by a seed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.kit.times import HOUR, MINUTE, SECOND

# How long a daemon may be suspended in the middle of a step. Between its last look and the request
# to the carrier it is for less than its claim lasts, because no engine can tell that it was.
PAUSES_US = (20 * SECOND, 2 * MINUTE, 20 * MINUTE, 2 * HOUR)
SHORT_PAUSE_US = 20 * SECOND


@dataclass
class Fate:
    """Kills and suspends daemons at points that a seed chooses."""

    random: Random
    share: float
    kills: Counter[str] = field(default_factory=Counter)
    pauses: Counter[str] = field(default_factory=Counter)
    over: bool = False

    def kills_at(self, point: str) -> bool:
        # Points at the wire are few, and it is there that a message may be lost or doubled.
        return self._comes(point, self.kills, "call")

    def pauses_at(self, point: str) -> bool:
        return self._comes(point, self.pauses, "")

    def _comes(self, point: str, seen: Counter[str], also: str) -> bool:
        share = self.share * (8 if point in {"request", "answer", also} else 1)
        comes = not self.over and self.random.random() < share
        seen[point] += comes
        return comes
