"""Decisions about alerts, whatever the data do."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.decide import AlertChange, Open
from engine.alerts.lifecycle import TRANSITIONS, VOID
from engine.model.rule import SEVERITIES, Rule
from engine.model.spans import Span
from tests.alerts.deciding import Desk, rule, span
from tests.kit.generated import cases

LAST = 150
INSTANTS = st.integers(0, LAST)


@st.composite
def span_lists(draw: st.DrawFn) -> list[Span]:
    """Disjoint spans in order of time; the last one may have no end."""
    cuts = sorted(draw(st.sets(INSTANTS, max_size=8)))
    severities = st.sampled_from(SEVERITIES[:2])
    pairs = zip(cuts[::2], [*cuts[1::2], None], strict=False)
    return [span(began, ended, severity=draw(severities)) for began, ended in pairs]


RULES = st.one_of(
    st.builds(
        rule, status=st.sampled_from(["live", "shadow"]), version=st.sampled_from(["v1", "v2"])
    ),
    st.just(replace(rule(), tell_again=20)),
    st.just(rule(status="retired")),
)
# One evaluation: which alert a person resolves beforehand, the rule that serves, the spans as the
# data then show them.
STEPS = st.lists(st.tuples(st.integers(0, 6), RULES, span_lists()), max_size=6)
TIMES = st.lists(INSTANTS, min_size=6, max_size=6).map(sorted)


def lived(steps: list[tuple[int, Rule, list[Span]]], times: list[int]) -> Desk:
    desk = Desk()
    for (resolved, serving, spans), now in zip(steps, times, strict=False):
        desk.resolve(resolved)
        desk.rules = {"r": serving}
        desk.evaluate(spans, now)
    return desk


def extents(desk: Desk) -> list[tuple[int, int | None]]:
    found = ((a.began, a.ended) for a in desk.alerts if a.resolution not in VOID)
    # Corrected data may leave two alerts with one beginning; one of them goes on.
    return sorted(found, key=lambda one: (one[0], one[1] is None, one[1] or 0))


def as_known(spans: list[Span], now: int) -> list[tuple[int, int | None]]:
    return [
        (s.began, s.ended if s.ended is not None and s.ended <= now else None)
        for s in spans
        if s.began <= now
    ]


@cases(200)
@given(STEPS, TIMES, span_lists(), RULES)
def test_deciding_again_from_the_same_data_decides_nothing(
    steps: list[tuple[int, Rule, list[Span]]], times: list[int], spans: list[Span], serving: Rule
) -> None:
    desk = lived(steps, times)
    desk.rules = {"r": serving}
    desk.evaluate(spans, LAST)
    assert desk.evaluate(spans, LAST) == []


@given(STEPS, TIMES, span_lists())
def test_whatever_came_before_every_span_has_one_alert_and_nothing_open_is_without_a_span(
    steps: list[tuple[int, Rule, list[Span]]], times: list[int], spans: list[Span]
) -> None:
    desk = lived(steps, times)
    desk.rules = {"r": rule()}
    desk.evaluate(spans, LAST)
    left = extents(desk)
    for known in as_known(spans, LAST):
        left.remove(known)
    unresolved = [(a.began, a.ended) for a in desk.alerts if a.state != "resolved"]
    assert not set(unresolved) & set(left)
    assert len(unresolved) == len(set(unresolved))


@given(STEPS.map(lambda steps: [(99, rule(), spans) for _, _, spans in steps]), TIMES, span_lists())
def test_where_nobody_acts_and_the_rule_stays_the_alerts_are_the_spans_and_what_goes_on_is_open(
    steps: list[tuple[int, Rule, list[Span]]], times: list[int], spans: list[Span]
) -> None:
    desk = lived(steps, times)
    desk.evaluate(spans, LAST)
    assert extents(desk) == as_known(spans, LAST)
    ongoing = [began for began, ended in as_known(spans, LAST) if ended is None]
    assert [a.began for a in desk.alerts if a.state == "open" and a.ended is None] == ongoing


@given(span_lists(), st.sets(INSTANTS))
def test_cut_at_any_instants_time_brings_the_same_alerts(spans: list[Span], cuts: set[int]) -> None:
    desk, at_once = Desk(), Desk()
    for now in sorted(cuts | {LAST}):
        desk.evaluate(spans, now)
    at_once.evaluate(spans, LAST)
    assert extents(desk) == extents(at_once) == as_known(spans, LAST)


@given(span_lists())
def test_seen_at_every_instant_each_span_tells_once(spans: list[Span]) -> None:
    desk = Desk()
    told = [d for now in range(LAST + 1) for d in desk.evaluate(spans, now) if d.tell]
    assert [d.span.began for d in told if isinstance(d, Open)] == [s.began for s in spans]
    assert len(told) == len(spans)


@given(STEPS, TIMES)
def test_only_what_began_of_late_is_told_and_only_by_live_rules(
    steps: list[tuple[int, Rule, list[Span]]], times: list[int]
) -> None:
    desk = Desk()
    for (resolved, serving, spans), now in zip(steps, times, strict=False):
        desk.resolve(resolved)
        desk.rules = {"r": serving}
        for decision in desk.evaluate(spans, now):
            if decision.tell:
                assert serving.status == "live"
                concerned = decision.after if isinstance(decision, AlertChange) else decision
                assert not concerned.historic


@given(STEPS, TIMES)
def test_every_change_of_state_stands_in_the_table(
    steps: list[tuple[int, Rule, list[Span]]], times: list[int]
) -> None:
    desk = Desk()
    for (_, serving, spans), now in zip(steps, times, strict=False):
        desk.rules = {"r": serving}
        for decision in desk.evaluate(spans, now):
            if isinstance(decision, Open):
                assert decision.reason in TRANSITIONS[None, decision.state]
            elif decision.before.state != decision.after.state:
                # A rule that goes live or shadow, or a severity, may change together with the
                # state.
                assert (decision.before.state, decision.after.state) in TRANSITIONS
