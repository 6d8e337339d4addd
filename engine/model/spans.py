"""Spans: the periods in which a rule held for a client."""

from __future__ import annotations

from typing import NamedTuple

from engine.model.instant import Instant
from engine.model.rule import Severity


class Raise(NamedTuple):
    """From `at` on, until its span ends, an alert has a higher severity."""

    at: Instant
    to: Severity


class Span(NamedTuple):
    """A rule held for a client from `began` until just before `ended` (microseconds since 1970).

    `hold` and `clears_after` are taken into account. `ended` is None if no known event ends it.
    `severity` is the severity at `began`. `raises` are the later ones, each higher than the one
    before.
    """

    client_id: int
    rule_id: str
    severity: Severity
    began: Instant
    ended: Instant | None
    raises: tuple[Raise, ...] = ()

    def severity_at(self, at: Instant) -> Severity:
        """Return the severity at an instant of the span."""
        reached = [one.to for one in self.raises if one.at <= at]
        return reached[-1] if reached else self.severity
