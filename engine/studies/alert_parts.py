"""Cut a span where people are told again, and where its severity rises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from engine.model.instant import Instant
from engine.model.spans import Span
from engine.studies.simulated_notifications import SimulatedTelling


class AlertPart(NamedTuple):
    """A part of a span in which the severity stays and people are told at most once.

    Attributes:
        span: The part, as a span without a raise.
        notified: When the first text about it goes; None if no text does.
    """

    span: Span
    notified: Instant | None


def alert_parts(span: Span, tellings: Sequence[SimulatedTelling]) -> Iterator[AlertPart]:
    """Cut one span into its parts.

    Args:
        span: The span.
        tellings: When people would be told of it, ascending.

    Yields:
        The parts in the order of time, without a gap between them. The first part of each severity
        also holds the time before people are told of it.
    """
    cuts = [span.began, *(one.at for one in span.raises), span.ended]
    for began, ended in pairwise(cuts):
        assert began is not None
        here = [one for one in tellings if began <= one.at and (ended is None or one.at < ended)]
        bounds = [began, *(one.at for one in here[1:]), ended]
        for place, (start, end) in enumerate(pairwise(bounds)):
            assert start is not None
            part = Span(span.client_id, span.rule_id, span.severity_at(start), start, end)
            yield AlertPart(part, here[place].notified if here else None)
