"""The section of a preview on how well rules predict an outcome."""

from __future__ import annotations

from engine.model.duration import write_duration
from engine.model.plurals import counted
from engine.presentation.preview.section import Section, in_order, versions
from engine.presentation.quantities import NONE, count, percent, rate
from engine.studies.outcome import OutcomeStatistics, RuleOutcome
from engine.studies.preview import ANY_LIVE, PreviewQuery, PreviewResult


def prediction(preview: PreviewResult, outcome: OutcomeStatistics) -> Section:
    """How well each rule predicts the outcome."""
    query = preview.query
    rows: list[tuple[str, ...]] = []
    for rule_id in predicting_rules(preview):
        said = [
            _row(one.outcome, one.outcome.rules.get(rule_id, RuleOutcome()))
            for one in versions(preview)
            if one.outcome and (rule_id == ANY_LIVE or rule_id in one.tally.rules)
        ]
        gone = rule_id != ANY_LIVE and rule_id not in preview.version.tally.rules
        rows.append((f"{rule_id} (gone)" if gone else rule_id, *said[0]))
        rows += [("  against", *other) for other in said[1:] if other != said[0]]
    within = f">Within {write_duration(query.horizon)}"
    columns = ("Rule", ">Flagged before", within, ">Days before", ">Not followed", ">A month")
    return Section(
        "outcome", f"Before {query.outcome}", _text(query, outcome), columns, tuple(rows)
    )


def predicting_rules(preview: PreviewResult) -> list[str]:
    """List the rules with alerts by either version, the outcome aside; all live ones come first."""
    found = [
        (rule_id, rule.status)
        for rule_id, rule in in_order(preview)
        if rule_id != preview.query.outcome
    ]
    live = [rule_id for rule_id, status in found if status == "live"]
    return [*([ANY_LIVE] if len(live) > 1 else []), *(rule_id for rule_id, _ in found)]


def _text(query: PreviewQuery, outcome: OutcomeStatistics) -> str:
    within = write_duration(query.horizon)
    rules = [one for name, one in outcome.rules.items() if name != ANY_LIVE]
    alerts, cut_short = sum(one.alerts for one in rules), sum(one.cut_short for one in rules)
    not_before = sum(one.not_before for one in rules)
    before = (
        f" {count(outcome.reached_before)} had reached it before." if outcome.reached_before else ""
    )
    return (
        f"{count(outcome.reached)} of {counted(outcome.clients, 'client')} "
        f"({percent(outcome.reached, outcome.clients)}) reached {query.outcome}. Each counts once, "
        f"at the first time.{before} Flagged before: an alert of the rule began earlier, within "
        f"{within} or at any time. "
        "Days before: from the first such alert, the median. "
        f"Not followed: alerts without it in the {within} after. Of {counted(alerts, 'alert')}, "
        f"that leaves out {count(cut_short)} because not all of the {within} was observed, and "
        f"{count(not_before)} because the client had reached it already. A month: alerts for each "
        "month that a client was observed."
    )


def _row(outcome: OutcomeStatistics, one: RuleOutcome) -> tuple[str, ...]:
    share, leads = one.share_not_followed, one.leads
    judged = one.followed + one.not_followed
    return (
        f"{count(one.flagged)} ({percent(one.flagged, outcome.reached)})"
        if outcome.reached
        else NONE,
        percent(one.flagged_within, outcome.reached),
        rate(leads.median if leads else None, 1),
        NONE if share is None else f"{percent(one.not_followed, judged)} of {count(judged)}",
        rate(one.alerts / outcome.client_months if outcome.followed_for else None, 2),
    )
