"""Decide about a client's alerts by the spans in which the rules held; pure and total.

Deciding again from the same data decides nothing. The alerts that are not void then equal the spans
that began by now, one for one. Two sorts of alerts stay on record when their span is gone: those
that people resolved, and those that were over before their rule changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from engine.alerts.lifecycle import VOID, Reason, move
from engine.alerts.matching import match
from engine.alerts.shadow import crossing, in_shadow
from engine.alerts.tell_again import Telling, is_due, tellings_of, told_until
from engine.model.alert import DRILL, WRITTEN, Alert, AlertState
from engine.model.duration import Duration
from engine.model.instant import Instant
from engine.model.rule import SEVERITIES, Rule, Severity
from engine.model.spans import Span


@dataclass(frozen=True, slots=True)
class Open:
    """Open an alert for a span; `tell` is whether anybody is told.

    An alert that opens as resolved is only put on record.
    """

    span: Span  # as known now: `ended` is None if it ends later, with the severity reached so far
    rule: Rule
    state: AlertState
    historic: bool
    shadow: bool
    tell: bool
    reason: Reason


@dataclass(frozen=True, slots=True)
class AlertChange:
    """A change of an alert; `tell` says that people are told again, from the first step on."""

    before: Alert
    after: Alert
    tell: bool
    reason: Reason


Decision = Open | AlertChange

# A change of an alert for one of these reasons is told.
_NEWS: frozenset[Reason] = frozenset(
    {"holds_after_all", "recent_after_all", "raised", "rule_goes_live"}
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """An alert before and after it stands for its span, and why it differs."""

    before: Alert
    after: Alert
    reasons: tuple[Reason, ...]

    def as_told(self) -> Alert:
        """Return the alert with the severity of its last telling: nobody was told of a raise."""
        return replace(
            self.after, severity=max(self.before.severity, self.after.severity, key=_rank)
        )


@dataclass(frozen=True, slots=True)
class _Instant:
    now: Instant
    seen_to: Instant
    notify_from: Instant  # what began before is historic


def decide(
    spans: Sequence[Span],
    alerts: Sequence[Alert],
    rules: Mapping[str, Rule],
    evaluated_from: Instant | None,
    now: Instant,
    notify_within: Duration,
) -> list[Decision]:
    """Decide about one client, from all its spans and all its alerts.

    Args:
        spans: All spans of the client's rules, over all time.
        alerts: All alerts of the client.
        rules: The rules by id.
        evaluated_from: The instant up to which the client was evaluated before; None if never. An
            alert without an end was seen to last until then.
        now: The present instant. If a clock was set back, so that `now` lies before
            `evaluated_from`, that instant counts as now.
        notify_within: A span that began longer ago than this opens a historic alert, and nobody is
            told.

    Returns:
        The alerts to open and the changes of alerts, by rule id.
    """
    seen_to = evaluated_from or 0
    now = max(now, seen_to)
    instant = _Instant(now, seen_to, now - notify_within)
    # No span stands for a text.
    alerts = [alert for alert in alerts if alert.rule_id not in {*WRITTEN, DRILL}]
    concerned = {span.rule_id for span in spans} | {alert.rule_id for alert in alerts}
    return [
        decision
        for rule_id in sorted(concerned)
        for decision in _of_rule(
            rules.get(rule_id),
            _as_known_at(now, [span for span in spans if span.rule_id == rule_id]),
            [
                alert
                for alert in alerts
                if alert.rule_id == rule_id and alert.resolution not in VOID
            ],
            instant,
        )
    ]


def _as_known_at(now: Instant, spans: Sequence[Span]) -> list[Span]:
    """Return the spans that began by `now`, as known then, with the severity reached."""
    known = [
        span._replace(
            severity=span.severity_at(now),
            ended=None if span.ended is None or span.ended > now else span.ended,
            raises=(),
        )
        for span in spans
        if span.began <= now
    ]
    return sorted(known, key=attrgetter("began"))


def _of_rule(
    rule: Rule | None, spans: Sequence[Span], alerts: Sequence[Alert], instant: _Instant
) -> Iterator[Decision]:
    if rule is None or rule.status not in {"shadow", "live"}:
        yield from _resolve(alerts, "rule_withdrawn")
        return
    matching = match(spans, alerts, instant.seen_to)
    ended = [*_resolve(matching.overlapped, "merged"), *_end_alone(matching.alone, rule)]
    yield from ended
    kept = [_keep(alert, span, rule, instant) for span, alert in matching.held]
    # A telling counts as it will count in the next decision: not once its alert is void, and for
    # less once its alert is lowered.
    after = {change.before.id: change.after for change in ended}
    after |= {each.before.id: each.as_told() for each in kept}
    told = tellings_of([after.get(alert.id, alert) for alert in alerts], rule.id)
    for each in kept:
        change = _change(each, rule, instant, told)
        if change:
            told += [(instant.now, change.after.severity)] if change.tell else []
            yield change
    for span in matching.split:
        yield _open(span, rule, instant, told, "split")
    for span in matching.new:
        opened = _open(span, rule, instant, told)
        told += [(instant.now, span.severity)] if opened.tell else []
        yield opened


def _resolve(alerts: Sequence[Alert], reason: Reason) -> Iterator[AlertChange]:
    for alert in alerts:
        # If corrected data show that it never was, an alert that cleared by itself no longer
        # counts.
        never_was = alert.resolution == "cleared" and reason in {"corrected", "merged"}
        if alert.state != "resolved" or never_was:
            yield AlertChange(alert, move(alert, "resolved", reason), tell=False, reason=reason)


def _end_alone(alerts: Sequence[Alert], rule: Rule) -> Iterator[AlertChange]:
    for alert in alerts:
        yield from _resolve(
            [alert], "corrected" if alert.rule_version == rule.version else "rule_changed"
        )


def _open(
    span: Span,
    rule: Rule,
    instant: _Instant,
    told: Sequence[Telling],
    split: Reason | None = None,
) -> Open:
    historic = span.began < instant.notify_from
    shadow = in_shadow(rule)
    over = span.ended is not None
    untold: Reason | None = split or ("shadow" if shadow else "historic" if historic else None)
    if untold is None and _too_soon(rule, span.severity, told, instant):
        untold = "told_recently"
    return Open(
        span,
        rule,
        # An alert that nobody is told of is done once it is over. Others wait until a person takes
        # them.
        state="resolved" if untold and over else "open",
        historic=historic,
        shadow=shadow,
        tell=untold is None,
        reason=untold or ("over_unseen" if over else "began"),
    )


def _too_soon(rule: Rule, severity: Severity, told: Sequence[Telling], instant: _Instant) -> bool:
    """Return whether people were told of this rule and client too recently to be told again."""
    until = told_until(rule, severity, told)
    return until is not None and until > instant.now


def _keep(alert: Alert, span: Span, rule: Rule, instant: _Instant) -> _Kept:
    """Return an alert as it is once it stands for a span."""
    reasons: list[Reason] = []
    if alert.ended != span.ended:
        reasons.append("ended" if alert.ended is None else "extended")
    if alert.began != span.began:
        reasons.append("moved")
    after = replace(alert, began=span.began, ended=span.ended)
    if after.state != "resolved" and alert.ended is None and span.ended is not None:
        after = move(after, "resolved", "cleared")
        reasons.append("cleared")
    elif after.resolution == "cleared" and span.ended is None:
        after = move(after, "open", "holds_after_all")
        reasons.append("holds_after_all")
    if alert.historic and after.resolution == "cleared" and span.began >= instant.notify_from:
        # Nobody was told of it, and it was over before anybody saw it. That may show at the moment
        # at which it clears, because its beginning moved.
        after = replace(move(after, "open", "recent_after_all"), historic=False)
        reasons.append("recent_after_all")
    if after.state != "resolved":
        after, graded = _regrade(after, span, rule, instant)
        reasons += graded
    return _Kept(alert, after, tuple(reasons))


def _change(
    kept: _Kept, rule: Rule, instant: _Instant, told: Sequence[Telling]
) -> AlertChange | None:
    """Return the change of an alert that is kept, and whether it is told; None if nothing changes.

    The reason of the change is the last one that applies.
    """
    after, reasons = kept.after, list(kept.reasons)
    tell = bool(_NEWS & set(reasons)) and not _too_soon(rule, after.severity, told, instant)
    if not tell and is_due(rule, after, told, instant.now):
        reasons.append("told_again")
        tell = True
    if after == kept.before and not tell:
        return None
    tell = tell and after.state == "open" and not after.shadow and not after.historic
    return AlertChange(kept.before, after, tell, reasons[-1])


def _regrade(alert: Alert, span: Span, rule: Rule, instant: _Instant) -> tuple[Alert, list[Reason]]:
    reasons: list[Reason] = []
    historic = alert.historic
    if alert.severity != span.severity:
        reasons.append("raised" if _rank(span.severity) < _rank(alert.severity) else "lowered")
    if historic and span.began >= instant.notify_from:
        historic = False
        reasons.append("recent_after_all")
    if crossed := crossing(alert, rule):
        reasons.append(crossed)
    if crossed == "rule_goes_live":
        historic = span.began < instant.notify_from
    after = replace(alert, severity=span.severity, shadow=in_shadow(rule), historic=historic)
    return after, reasons


def _rank(severity: Severity) -> int:
    return SEVERITIES.index(severity)
