"""Periods in which an alert may notify: its lifetime minus inhibited time, if nobody answers.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from engine.alerts.inhibition import quieted
from engine.model.alert import Alert
from engine.model.instant import Instant
from engine.model.rule import Rule
from engine.model.spans import Span


class Stretch(NamedTuple):
    """An alert of this span speaks from `began` until just before `ended` (None.

    Without an end that is known).
    """

    span: Span
    began: Instant
    ended: Instant | None


def stretches(spans: Sequence[Span], rules: Mapping[str, Rule]) -> list[Stretch]:
    """When each of one client's spans speaks; all are of live rules. At the beginning of each stretch people are told.

    As in live work, where every instant at which a span begins or ends is evaluated, and with the
    quieting of quieting.py.
    """
    spans = sorted(spans, key=lambda span: (span.began, span.rule_id))
    present = {span.rule_id for span in spans}
    if not any(other in present for rule_id in present for other in rules[rule_id].quiets):
        return [Stretch(span, span.began, span.ended) for span in spans]
    found: dict[int, list[Stretch]] = {place: [] for place in range(len(spans))}
    speaking_since: dict[int, Instant] = {}
    for at, speaking in _by_instant(spans, rules):
        for place in speaking - speaking_since.keys():
            speaking_since[place] = at
        for place in speaking_since.keys() - speaking:
            found[place].append(Stretch(spans[place], speaking_since.pop(place), at))
    for place, since in speaking_since.items():
        found[place].append(Stretch(spans[place], since, None))
    return [stretch for of_span in found.values() for stretch in of_span]


def _by_instant(
    spans: Sequence[Span], rules: Mapping[str, Rule]
) -> Iterator[tuple[Instant, set[int]]]:
    """Each instant at which a span begins or ends, and which spans speak from it on, by place."""
    instants = sorted({at for span in spans for at in (span.began, span.ended) if at is not None})
    alerts = [_alert(place, span) for place, span in enumerate(spans)]
    open_now: list[Alert] = []
    begun = 0
    for at in instants:
        open_now = [alert for alert in open_now if alert.ended is None or alert.ended > at]
        while begun < len(alerts) and alerts[begun].began <= at:
            open_now.append(alerts[begun])
            begun += 1
        yield at, {alert.id for alert in open_now} - quieted(open_now, rules).keys()


def _alert(place: int, span: Span) -> Alert:
    return Alert(
        id=place,
        client_id=span.client_id,
        rule_id=span.rule_id,
        rule_version="",
        severity=span.severity,
        state="open",
        began=span.began,
        ended=span.ended,
        opened_at=span.began,
    )
