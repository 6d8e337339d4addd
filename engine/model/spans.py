"""Spans: from when to when a rule held for a client."""

from __future__ import annotations

from typing import NamedTuple

from engine.model.instant import Instant
from engine.model.rule import Severity


class Span(NamedTuple):
    """A rule held for a client from `began` until just before `ended` (microseconds since 1970).

    `hold` and `clears_after` are reckoned in. `ended` is None where, by what is known, it never ends.
    `severity` is that at `began`, a `raise` reckoned in.
    """

    client_id: int
    rule_id: str
    severity: Severity
    began: Instant
    ended: Instant | None
