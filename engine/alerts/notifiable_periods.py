"""Periods in which an alert may notify: its lifetime minus inhibited time; pure.

They show whom an alert would tell if nobody answered.
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
from engine.model.rule import Rule, Severity
from engine.model.spans import Span


class Stretch(NamedTuple):
    """A period in which the alert of a span may notify.

    It lasts from `began` until just before `ended`; None if no end is known.
    """

    span: Span
    began: Instant
    ended: Instant | None


def stretches(spans: Sequence[Span], rules: Mapping[str, Rule]) -> list[Stretch]:
    """Return the periods in which the alerts of a client's spans may notify.

    People are told as each period begins. Inhibition is decided at every instant at which a span
    begins or ends, as in live work.
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
    """Yield the instants at which people are told of a client's alerts if nobody answers.

    They are told as each period begins, and when its severity is raised. If the rule has
    `tell_again`, they are told again at that interval, and never sooner after a telling of the same
    rule and severity.

    Args:
        stretches: All periods of the client, in any order.
        rules: The rules by id.
        until: The instant from which on nothing is told.
        heard: Whether a telling at an instant reaches anybody before the period is over.

    Yields:
        Each period with an instant at which people are told, ordered by time within a rule.
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
            # They are told again at the next raise, or when the time of `tell_again` has gone by.
            at = risen if rule.tell_again is None else min(risen, at + rule.tell_again)


def _by_instant(
    spans: Sequence[Span], rules: Mapping[str, Rule]
) -> Iterator[tuple[Instant, set[int]]]:
    """Yield each instant at which a span begins or ends, and the spans that notify from it on.

    Spans are given by their place.
    """
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
        open_now = [_risen(one, spans[one.id].severity_at(at)) for one in open_now]
        yield at, {alert.id for alert in open_now} - quieted(open_now, rules).keys()


def _risen(alert: Alert, severity: Severity) -> Alert:
    return alert if alert.severity == severity else replace(alert, severity=severity)


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
