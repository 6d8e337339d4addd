"""Match a client's alerts to spans of their rules, after late data changed the spans."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from engine.model.alert import Alert
from engine.model.instant import Instant
from engine.model.spans import Span


@dataclass(frozen=True, slots=True)
class Matching:
    """Every span with the alert that stands for it, and the alerts that stand for none.

    `split` are spans without an alert that an alert used to cover; `overlapped` are alerts that
    gave way to another; `alone` are alerts that no span overlaps.
    """

    held: tuple[tuple[Span, Alert], ...]
    new: tuple[Span, ...]
    split: tuple[Span, ...]
    overlapped: tuple[Alert, ...]
    alone: tuple[Alert, ...]


def match(spans: Sequence[Span], alerts: Sequence[Alert], seen_to: Instant) -> Matching:
    """Match one client's spans of one rule with the alerts of that rule.

    An alert whose end is not known was seen to last until `seen_to`. An alert that equals a span
    stands for that span. Any other alert stands for the last span that it overlaps, because that
    span is nearest to what people know of it. Of several alerts about one span, unresolved ones
    come first, then the oldest.

    Args:
        spans: The spans, disjoint and ordered by time.
        alerts: The rule's alerts about the client.
        seen_to: The instant up to which the client was evaluated.
    """
    holder = _exact(spans, alerts)
    exact = {alert.id for alert in holder.values()}
    rest = sorted(
        (a for a in alerts if a.id not in exact),
        key=lambda a: (a.state == "resolved", a.began, a.id),
    )
    overlapped, alone = [], []
    for alert in rest:
        span = _last_overlapped(spans, alert, seen_to)
        if span is None:
            alone.append(alert)
        elif span in holder:
            overlapped.append(alert)
        else:
            holder[span] = alert
    without = [span for span in spans if span not in holder]
    split = [span for span in without if any(_overlap(span, alert, seen_to) for alert in rest)]
    return Matching(
        held=tuple((span, holder[span]) for span in spans if span in holder),
        new=tuple(span for span in without if span not in split),
        split=tuple(split),
        overlapped=tuple(overlapped),
        alone=tuple(alone),
    )


def _exact(spans: Sequence[Span], alerts: Sequence[Alert]) -> dict[Span, Alert]:
    by_extent = {(span.began, span.ended): span for span in spans}
    holder: dict[Span, Alert] = {}
    for alert in sorted(alerts, key=lambda a: (a.state == "resolved", a.id)):
        span = by_extent.get((alert.began, alert.ended))
        if span is not None:
            holder.setdefault(span, alert)
    return holder


def _last_overlapped(spans: Sequence[Span], alert: Alert, seen_to: Instant) -> Span | None:
    place = bisect_left(spans, _end(alert, seen_to), key=lambda span: span.began) - 1
    return spans[place] if place >= 0 and _overlap(spans[place], alert, seen_to) else None


def _overlap(span: Span, alert: Alert, seen_to: Instant) -> bool:
    return span.began < _end(alert, seen_to) and (span.ended is None or alert.began < span.ended)


def _end(alert: Alert, seen_to: Instant) -> Instant:
    """Return the first instant at which the alert is not known to have held.

    Every alert held for an instant at least.
    """
    return alert.ended if alert.ended is not None else max(seen_to, alert.began) + 1
