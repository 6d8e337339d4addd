"""Periods in which an alert may notify: its lifetime minus inhibited time, if nobody answers.

Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import NamedTuple

from engine.alerts.inhibition import quieted
from engine.alerts.tell_again import Telling, told_until
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
    """Return when each span of a client speaks. People are told as each stretch begins.

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


def tellings(
    stretches: Sequence[Stretch],
    rules: Mapping[str, Rule],
    until: Instant,
    heard: Callable[[Stretch, Instant], bool],
) -> Iterator[tuple[Stretch, Instant]]:
    """Return when people are told of a client's stretches, if nobody answers.

    They are told as each stretch begins, and when it is raised.

    Where the rule has `tell_again`, nobody is told sooner than that after a telling of the same
    rule and severity, and people are told again while the stretch lasts.

    Args:
        stretches: All of the client's, in any order.
        rules: By id, the rules that they are of.
        until: The instant (microseconds since 1970) from which on nothing is told.
        heard: Whether anybody hears of a stretch that is told at an instant, before it is over.

    Yields:
        Each stretch with an instant at which people are told of it, those of one rule in the order
        of time.
    """
    told: dict[str, list[Telling]] = defaultdict(list)
    for stretch in sorted(stretches, key=attrgetter("began")):
        span, rule = stretch.span, rules[stretch.span.rule_id]
        end = until if stretch.ended is None else min(until, stretch.ended)
        raises = iter([one.at for one in span.raises if stretch.began < one.at < end])
        at: Instant = stretch.began
        risen = next(raises, end)
        while at < end:
            if at >= risen:
                risen = next(raises, end)
            allowed = told_until(rule, span.severity_at(at), told[rule.id])
            if allowed is not None and at < allowed:
                at = min(allowed, risen)
                continue
            yield stretch, at
            if heard(stretch, at):
                told[rule.id].append((at, span.severity_at(at)))
            # Told again at the next raise, or when the time of `tell_again` has gone by.
            at = risen if rule.tell_again is None else min(risen, at + rule.tell_again)


def _by_instant(
    spans: Sequence[Span], rules: Mapping[str, Rule]
) -> Iterator[tuple[Instant, set[int]]]:
    """Each instant at which a span begins or ends, and which spans speak from it on, by place."""
    instants = sorted(
        {
            at
            for span in spans
            for at in (span.began, span.ended, *(one.at for one in span.raises))
            if at is not None
        }
    )
    alerts = [_alert(place, span) for place, span in enumerate(spans)]
    open_now: list[Alert] = []
    begun = 0
    for at in instants:
        open_now = [alert for alert in open_now if alert.ended is None or alert.ended > at]
        while begun < len(alerts) and alerts[begun].began <= at:
            open_now.append(alerts[begun])
            begun += 1
        open_now = [replace(one, severity=spans[one.id].severity_at(at)) for one in open_now]
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
