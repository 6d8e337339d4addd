"""Decisions about alerts, one situation at a time."""

from __future__ import annotations

import pytest

from engine.alerts.decide import AlertChange, Decision, Open, decide
from engine.model.alert import Alert
from engine.model.rule import Rule
from engine.model.spans import Span
from tests.alerts.deciding import NOTIFY_WITHIN, Desk, alert, rule, span

NOW = 1000


def decided(
    spans: list[Span],
    alerts: list[Alert] | None = None,
    seen_to: int | None = NOW - 1,
    of: Rule | None = None,
) -> list[Decision]:
    serving = of or rule()
    return decide(spans, alerts or [], {serving.id: serving}, seen_to, NOW, NOTIFY_WITHIN)


def opened(spans: list[Span], alerts: list[Alert] | None = None, of: Rule | None = None) -> Open:
    (decision,) = decided(spans, alerts, of=of)
    assert isinstance(decision, Open)
    return decision


def changed(
    spans: list[Span], stored: Alert, seen_to: int = NOW - 1, of: Rule | None = None
) -> AlertChange:
    (decision,) = decided(spans, [stored], seen_to, of)
    assert isinstance(decision, AlertChange)
    return decision


def test_a_span_that_began_opens_an_alert_and_tells() -> None:
    decision = opened([span(990)])
    assert (decision.state, decision.reason, decision.tell) == ("open", "began", True)


def test_a_span_that_has_not_begun_yet_opens_nothing() -> None:
    assert decided([span(NOW + 1)]) == []


def test_a_span_that_will_end_is_not_ended_yet() -> None:
    assert opened([span(990, NOW + 1)]).span.ended is None


def test_a_span_that_came_and_went_unseen_opens_an_alert_that_says_so_and_stays_open() -> None:
    decision = opened([span(980, 990)])
    assert (decision.state, decision.reason, decision.tell) == ("open", "over_unseen", True)
    assert decided([span(980, 990)], [alert(980, 990)]) == []


def test_what_began_longer_ago_than_notify_within_is_historic_and_texts_nobody() -> None:
    decision = opened([span(NOW - NOTIFY_WITHIN - 1)])
    assert (decision.state, decision.historic, decision.tell) == ("open", True, False)
    assert not opened([span(NOW - NOTIFY_WITHIN)]).historic


def test_a_historic_span_that_is_over_is_only_put_on_record() -> None:
    decision = opened([span(10, 20)])
    assert (decision.state, decision.historic, decision.tell) == ("resolved", True, False)


def test_a_shadow_rule_is_recorded_and_texts_nobody() -> None:
    decision = opened([span(990)], of=rule(status="shadow"))
    assert (decision.state, decision.shadow, decision.tell, decision.reason) == (
        "open",
        True,
        False,
        "shadow",
    )


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_a_draft_or_retired_rule_does_nothing(status: str) -> None:
    assert decided([span(990)], of=rule(status=status)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["open", "acknowledged", "snoozed"])
def test_an_alert_whose_span_ended_resolves_by_itself(state: str) -> None:
    decision = changed([span(900, 999)], alert(900, state=state))
    assert decision.after.state == "resolved"
    assert (decision.after.ended, decision.after.resolution, decision.reason) == (
        999,
        "cleared",
        "cleared",
    )
    assert not decision.tell


def test_an_alert_a_person_resolved_is_not_opened_again_by_the_same_span() -> None:
    assert decided([span(900)], [alert(900, state="resolved", resolution="done")]) == []


def test_that_the_span_of_a_resolved_alert_ended_is_put_on_record() -> None:
    decision = changed([span(900, 950)], alert(900, state="resolved", resolution="done"))
    assert (decision.reason, decision.after.ended, decision.after.state) == (
        "ended",
        950,
        "resolved",
    )


def test_the_next_span_after_a_resolved_alert_opens_a_new_one() -> None:
    stored = alert(900, 950, state="resolved", resolution="done")
    assert opened([span(900, 950), span(995)], [stored]).span.began == 995


def test_an_alert_takes_the_span_that_it_was_seen_in_not_one_that_began_later() -> None:
    cleared, new = decided([span(900, 960), span(990)], [alert(900)], seen_to=950)
    assert isinstance(cleared, AlertChange)
    assert cleared.reason == "cleared"
    assert isinstance(new, Open)
    assert new.span.began == 990


def test_a_late_event_that_moves_the_beginning_keeps_the_alert() -> None:
    decision = changed([span(880)], alert(900))
    assert (decision.reason, decision.after.began, decision.tell) == ("moved", 880, False)


def test_a_span_over_several_alerts_keeps_the_oldest_and_merges_the_others() -> None:
    first, second = alert(900, 920), alert(930, id=2)
    merged, moved = decided([span(900)], [second, first])
    assert isinstance(merged, AlertChange)
    assert isinstance(moved, AlertChange)
    assert (merged.before.id, merged.after.resolution) == (2, "merged")
    assert (moved.before.id, moved.after.ended) == (1, None)


def test_an_unresolved_alert_stands_for_a_span_before_an_older_resolved_one() -> None:
    old = alert(900, 920, state="resolved", resolution="done")
    decision = decided([span(900)], [old, alert(930, id=2)])
    (moved,) = decision
    assert isinstance(moved, AlertChange)
    assert (moved.before.id, moved.after.began, moved.after.state) == (2, 900, "open")


def test_an_alert_whose_span_is_split_takes_the_later_part_and_the_earlier_is_recorded() -> None:
    moved, recorded = decided([span(900, 920), span(960)], [alert(900)])
    assert isinstance(moved, AlertChange)
    assert isinstance(recorded, Open)
    assert moved.after.began == 960
    assert (recorded.reason, recorded.state, recorded.tell) == ("split", "resolved", False)


def test_an_alert_whose_span_no_longer_exists_is_resolved_as_corrected() -> None:
    assert changed([], alert(900)).after.resolution == "corrected"


def test_an_alert_that_the_changed_rule_does_not_bear_out_says_so() -> None:
    assert changed([], alert(900), of=rule(version="v2")).after.resolution == "rule_changed"


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_alerts_of_a_rule_that_was_withdrawn_are_resolved(status: str) -> None:
    decision = changed([span(900)], alert(900), of=rule(status=status))  # type: ignore[arg-type]
    assert decision.after.resolution == "rule_withdrawn"


def test_alerts_of_a_rule_that_is_gone_are_resolved() -> None:
    (decision,) = decide([], [alert(900)], {}, NOW, NOW, NOTIFY_WITHIN)
    assert decision.reason == "rule_withdrawn"


def test_a_span_that_corrections_take_away_and_give_back_opens_again() -> None:
    withdrawn = alert(990, state="resolved", resolution="corrected")
    assert opened([span(990)], [withdrawn]).tell


def test_a_cleared_alert_opens_again_and_tells_if_late_data_show_that_the_rule_held_on() -> None:
    decision = changed([span(940)], alert(940, 960, state="resolved", resolution="cleared"))
    assert (decision.after.state, decision.after.resolution, decision.after.ended) == (
        "open",
        None,
        None,
    )
    assert (decision.reason, decision.tell) == ("holds_after_all", True)


def test_an_alert_a_person_resolved_stays_so_when_late_data_lengthen_its_span() -> None:
    decision = changed([span(940)], alert(940, 960, state="resolved", resolution="false_alarm"))
    assert (decision.reason, decision.after.state, decision.tell) == ("extended", "resolved", False)


def test_a_raised_severity_tells_again_unless_the_alert_is_taken() -> None:
    assert changed([span(940, severity="high")], alert(940)).tell
    taken = changed([span(940, severity="high")], alert(940, state="acknowledged"))
    assert (taken.reason, taken.after.severity, taken.tell) == ("raised", "high", False)


def test_a_lowered_severity_tells_nobody() -> None:
    decision = changed([span(940, severity="low")], alert(940))
    assert (decision.reason, decision.tell) == ("lowered", False)


def test_an_alert_of_a_shadow_rule_that_goes_live_tells() -> None:
    decision = changed([span(940)], alert(940, shadow=True))
    assert (decision.reason, decision.tell, decision.after.shadow) == (
        "rule_goes_live",
        True,
        False,
    )


def test_an_old_alert_of_a_shadow_rule_that_goes_live_is_historic() -> None:
    decision = changed([span(100)], alert(100, shadow=True))
    assert (decision.after.historic, decision.tell) == (True, False)


def test_an_alert_of_a_live_rule_that_goes_back_into_shadow_is_quiet() -> None:
    decision = changed([span(940)], alert(940), of=rule(status="shadow"))
    assert (decision.reason, decision.tell, decision.after.shadow) == (
        "rule_goes_shadow",
        False,
        True,
    )


def test_a_historic_alert_that_corrections_make_recent_tells() -> None:
    decision = changed([span(950)], alert(100, historic=True))
    assert (decision.reason, decision.tell, decision.after.historic) == (
        "recent_after_all",
        True,
        False,
    )


def test_a_historic_alert_that_is_over_and_recent_after_all_opens_and_tells() -> None:
    stored = alert(940, 960, state="resolved", resolution="cleared", historic=True)
    decision = changed([span(940, 960)], stored)
    assert (decision.reason, decision.after.state) == ("recent_after_all", "open")
    assert decision.tell
    assert not decision.after.historic


def test_a_historic_alert_that_clears_as_corrections_make_it_recent_opens_and_tells() -> None:
    decision = changed([span(940, 960)], alert(100, historic=True))
    assert (decision.reason, decision.after.state) == ("recent_after_all", "open")
    assert decision.tell
    assert not decision.after.historic


def test_a_clock_set_back_withdraws_nothing() -> None:
    desk = Desk()
    desk.evaluate([span(990)], NOW)
    assert desk.evaluate([span(990)], NOW - 500) == []


def test_rules_do_not_touch_each_others_alerts() -> None:
    rules = {"r": rule(), "q": rule("q")}
    decisions = decide([span(990, name="q")], [alert(900)], rules, NOW, NOW, NOTIFY_WITHIN)
    assert [d.reason for d in decisions] == ["began", "corrected"]


def test_a_cleared_alert_that_by_corrected_data_never_was_is_taken_back() -> None:
    decision = changed([], alert(940, 960, state="resolved", resolution="cleared"))
    assert (decision.after.state, decision.after.resolution, decision.reason) == (
        "resolved",
        "corrected",
        "corrected",
    )
    assert not decision.tell


def test_what_a_person_resolved_or_another_version_of_the_rule_found_stays_on_record() -> None:
    assert decided([], [alert(940, 960, state="resolved", resolution="done")]) == []
    before = alert(940, 960, state="resolved", resolution="cleared", rule_version="another")
    assert decided([], [before]) == []


def test_one_that_corrections_make_recent_as_its_rule_goes_into_shadow_becomes_both_at_once() -> (
    None
):
    decision = changed([span(950)], alert(100, historic=True), of=rule(status="shadow"))
    assert (decision.tell, decision.after.historic, decision.after.shadow) == (False, False, True)
