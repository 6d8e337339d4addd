"""Nobody is told of the same rule and client again too soon.

Live decisions and a replay agree on the time.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.decide import AlertChange
from engine.alerts.notifiable_periods import stretches, tellings
from engine.model.rule import SEVERITIES, Severity
from engine.model.spans import Raise, Span
from tests.alerts.deciding import Desk, rule, span
from tests.kit.generated import cases

RULE = replace(rule(), tell_again=20)
LAST = 70


def told_live(spans: list[Span]) -> list[tuple[int, Severity]]:
    """The times and severities of texts if the engine looks always and nobody answers."""
    desk = Desk(rules={"r": RULE})
    told: list[tuple[int, Severity]] = []
    for now in range(LAST):
        for decision in desk.evaluate(spans, now):
            if decision.tell:
                after = decision.after if isinstance(decision, AlertChange) else decision.span
                told.append((now, after.severity))
    return told


def told_in_replay(spans: list[Span]) -> list[tuple[int, Severity]]:
    found = tellings(stretches(spans, {"r": RULE}), {"r": RULE}, LAST, lambda *_: True)
    return [(at, stretch.span.severity_at(at)) for stretch, at in found]


def test_what_comes_back_too_soon_opens_untold_and_is_told_when_the_time_has_gone_by() -> None:
    desk = Desk(rules={"r": RULE})
    spans = [span(0, 5), span(10, 40)]
    reasons = [
        (now, decision.reason, decision.tell)
        for now in range(LAST)
        for decision in desk.evaluate(spans, now)
    ]
    assert reasons == [
        (0, "began", True),
        (5, "cleared", False),
        (10, "told_recently", False),
        (20, "told_again", True),
        (40, "cleared", False),
    ]


def test_what_comes_back_after_the_time_is_told_at_once() -> None:
    assert told_live([span(0, 5), span(25, 30)]) == [(0, "medium"), (25, "medium")]


def test_what_stays_is_told_again_each_time() -> None:
    assert [at for at, _ in told_live([span(3)])] == [3, 23, 43, 63]


def test_what_is_raised_is_told_at_once_and_then_not_again_too_soon() -> None:
    raised = replace_raises(span(3), (8, "high"))
    assert told_live([raised]) == [
        (3, "medium"),
        (8, "high"),
        (28, "high"),
        (48, "high"),
        (68, "high"),
    ]


def test_what_comes_back_more_severe_is_told_at_once_and_what_comes_back_less_severe_is_not() -> (
    None
):
    spans = [span(0, 2), span(4, 6, "high"), span(8, 10)]
    assert told_live(spans) == [(0, "medium"), (4, "high")]


def test_of_what_was_told_and_turned_out_to_be_void_people_hear_again() -> None:
    desk = Desk(rules={"r": RULE})
    desk.evaluate([span(0)], 1)
    (void,) = desk.evaluate([], 2)
    (opened,) = desk.evaluate([span(3)], 3)
    assert (void.reason, opened.reason) == ("corrected", "began")


def test_of_what_turns_out_to_be_void_people_hear_again_in_the_same_decision() -> None:
    desk = Desk(rules={"r": RULE})
    desk.evaluate([span(0)], 1)
    moved = desk.evaluate([span(3, 5)], 6)
    assert [(each.reason, each.tell) for each in moved] == [
        ("corrected", False),
        ("over_unseen", True),
    ]


def test_what_was_lowered_quiets_for_less_in_the_same_decision() -> None:
    desk = Desk(rules={"r": RULE})
    desk.evaluate([span(0, 2, "urgent")], 3)
    spans = [span(0, 2), span(4, severity="high")]
    changed = [(each.reason, each.tell) for each in desk.evaluate(spans, 5)]
    assert changed == [("lowered", False), ("began", True)]
    assert desk.evaluate(spans, 5) == []


def replace_raises(one: Span, *raises: tuple[int, Severity]) -> Span:
    return one._replace(raises=tuple(Raise(at, to) for at, to in raises))


@st.composite
def raised_spans(draw: st.DrawFn) -> list[Span]:
    """Disjoint spans; some rise in severity while they last."""
    cuts = sorted(draw(st.sets(st.integers(0, LAST - 1), max_size=8)))
    found = []
    for began, ended in zip(cuts[::2], [*cuts[1::2], None], strict=False):
        inside = st.integers(began + 1, (ended or LAST) - 1)
        rises = draw(st.booleans()) and began + 1 < (ended or LAST)
        levels = draw(st.lists(st.sampled_from(SEVERITIES), min_size=2, max_size=2, unique=True))
        low, high = sorted(levels, key=SEVERITIES.index, reverse=True)
        one = span(began, ended, severity=low)
        found.append(replace_raises(one, (draw(inside), high)) if rises else one)
    return found


@cases(100)
@given(raised_spans())
def test_live_decisions_and_a_replay_tell_at_the_same_instants(spans: list[Span]) -> None:
    assert told_live(spans) == told_in_replay(spans)


@cases(100)
@given(raised_spans())
def test_nobody_is_told_sooner_unless_it_has_become_more_severe(spans: list[Span]) -> None:
    told = told_live(spans)
    for place, (at, severity) in enumerate(told):
        for before, then in told[:place]:
            more_severe = SEVERITIES.index(severity) < SEVERITIES.index(then)
            assert at >= before + 20 or more_severe
