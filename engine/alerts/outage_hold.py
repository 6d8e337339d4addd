"""Outages: which alerts of inactivity are held, told or withdrawn; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.model.alert import Alert
from engine.model.duration import Duration
from engine.model.instant import Instant
from engine.model.outages import RULE, SOURCE, Feed, Outage, Outages, OutageSettings

LooksAt = Mapping[str, frozenset[str]]  # by rule id, the kinds of events that a rule looks at


@dataclass(frozen=True, slots=True)
class HoldVerdict:
    """A decision about alerts of inactivity."""

    hold: tuple[Alert, ...] = ()
    believe: tuple[Alert, ...] = ()
    take_back: tuple[
        Alert, ...
    ] = ()  # held alerts whose rule has ceased to hold, so that nobody needs to hear of them


def outages(
    before: Outages,
    feeds: Mapping[str, Feed],
    silent: Sequence[Alert],
    looks_at: LooksAt,
    active: int,
    settings: OutageSettings,
    now: Instant,
) -> Outages:
    """Return the outages as of `now`.

    An outage that is over lasts on while it settles, because missed data seldom come all at once.

    Args:
        before: The outages known so far.
        feeds: How each source fares, by name.
        silent: The alerts of inactivity that are not believed, or that opened recently.
        looks_at: The kinds of events that each rule looks at.
        active: The number of active clients.
        settings: When missing data count as an outage.
        now: The present instant.
    """
    sources = {
        SOURCE + name: Outage(feed.out_since, feed.kinds)
        for name, feed in feeds.items()
        if feed.out_since is not None
    }
    known = {**_settling(before, SOURCE, settings, now), **sources}
    rules = {
        RULE + rule_id: before.get(RULE + rule_id, Outage(now, looks_at[rule_id]))
        for rule_id in _too_silent(silent, active, settings, now) & looks_at.keys()
        # A rule whose silence a source explains has no outage of its own.
        if not any(outage.hides(looks_at[rule_id]) for outage in known.values())
    }
    return {
        **known,
        **_settling(before, RULE, settings, now),
        **{what: replace(rules[what], over=None) for what in rules},
    }


def _settling(before: Outages, which: str, settings: OutageSettings, now: Instant) -> Outages:
    """Return the earlier outages of one sort as if they were over, except settled ones."""
    ended = {
        what: replace(one, over=now if one.over is None else one.over)
        for what, one in before.items()
    }
    return {
        what: one
        for what, one in ended.items()
        if what.startswith(which) and now < _over(one) + settings.settle
    }


def _over(outage: Outage) -> Instant:
    assert outage.over is not None
    return outage.over


def _too_silent(
    silent: Sequence[Alert], active: int, settings: OutageSettings, now: Instant
) -> set[str]:
    """Return the rules by which more clients are silent than could be by themselves."""
    clients: dict[str, set[int]] = defaultdict(set)
    for alert in silent:
        if alert.in_doubt or alert.opened_at > now - settings.within:
            clients[alert.rule_id].add(alert.client_id)
    return {rule_id for rule_id, who in clients.items() if settings.too_many(len(who), active)}


def judge(
    silent: Sequence[Alert], standing: Outages, looks_at: LooksAt, settings: OutageSettings
) -> HoldVerdict:
    """Decide about the alerts of inactivity during these outages."""
    hold, believe, take_back = [], [], []
    for alert in silent:
        hidden = _hidden(alert, standing, looks_at, settings)
        if hidden and alert.state == "open" and alert.inactivity != "held":
            hold.append(alert)
        elif not hidden and alert.inactivity == "held" and alert.ended is not None:
            take_back.append(alert)
        elif not hidden and alert.in_doubt:
            believe.append(alert)
    return HoldVerdict(tuple(hold), tuple(believe), tuple(take_back))


def _hidden(alert: Alert, standing: Outages, looks_at: LooksAt, settings: OutageSettings) -> bool:
    """Return whether an outage may have caused an alert.

    An alert believed before the outage is not doubted again.
    """
    kinds = looks_at.get(alert.rule_id, frozenset())
    return any(
        outage.hides(kinds)
        and (alert.in_doubt or alert.opened_at > outage.since - _reach(what, settings))
        for what, outage in standing.items()
    )


def _reach(what: str, settings: OutageSettings) -> Duration:
    """Return how long before its beginning an outage may have been at work.

    The beginning of a source's outage is known exactly.
    """
    return settings.within if what.startswith(RULE) else 0
