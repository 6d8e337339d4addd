"""Sections of a preview that compare two versions of the rules."""

from __future__ import annotations

from engine.model.duration import write_duration
from engine.model.plurals import counted
from engine.presentation.preview.section import Limits, Section, alerting, all_in_order, grade
from engine.presentation.quantities import NONE, count, listed, share
from engine.studies.outcome import OutcomeStatistics, Sort
from engine.studies.preview import PreviewResult, RuleSetResult
from engine.studies.span_changes import Change
from engine.studies.tally import RuleTally

_CHANGES: tuple[Change, ...] = ("gained", "lost", "changed")


def rules_compared(preview: PreviewResult, against: RuleSetResult) -> Section:
    """Compare the rules that differ: alerts and texts by each version, and how spans changed."""
    changed = preview.difference.spans
    every = [
        (rule_id, preview.version.tally.rules.get(rule_id), against.tally.rules.get(rule_id))
        for rule_id, _ in all_in_order(preview)
    ]
    rows = []
    for rule_id, mine, other in every:
        if mine == other and not changed[rule_id]:
            continue
        alerts = [NONE if one is None else count(one.alerts) for one in (mine, other)]
        texts = [
            NONE if one is None or one.status != "live" else count(one.texts)
            for one in (mine, other)
        ]
        numbers = [count(changed[rule_id][change]) for change in _CHANGES]
        rows.append((rule_id + _regraded(mine, other), *alerts, *numbers, *texts))
    columns = ("Rule", ">Alerts", ">Against", ">Gained", ">Lost", ">Changed", ">Texts", ">Against")
    same = counted(len(every) - len(rows), "rule")
    meant = (
        "Gained: an alert by these rules, while the other version has none of that rule for that "
        "client. Lost: the other way round. Changed: both have it, but its beginning, end or "
        "severity differs. "
    )
    text = f"{meant if rows else ''}Left out: {same} with the same alerts and texts by both."
    return Section("rules", "By rule, side by side", text, columns if rows else (), tuple(rows))


def difference(preview: PreviewResult, against: RuleSetResult, limits: Limits) -> Section:
    """Name the clients whose alerts differ, and say whether the outcome followed."""
    found = preview.difference
    rows: list[tuple[str, ...]] = []
    for (change, rule_id), refs in sorted(found.refs.items(), key=_by_rule):
        number = found.spans[rule_id][change]
        row: tuple[str, ...] = (
            rule_id,
            f"{count(number)} {change}",
            listed(list(refs), limits.refs),
        )
        if preview.query.outcome:
            row = (*row[:2], _followed(found.outcomes.get(change), rule_id), row[2])
        rows.append(row)
    columns: tuple[str, ...] = ("Rule", "Alerts", "Clients")
    if preview.query.outcome:
        columns = (
            "Rule",
            "Alerts",
            f"Followed within {write_duration(preview.query.horizon)}",
            "Clients",
        )
    title = "What is gained, what is lost"
    if not rows:
        return Section(
            "difference", title, "Nothing differs: every alert is the same by both versions."
        )
    return Section(
        "difference", title, _whose_first(preview.version, against, limits), columns, tuple(rows)
    )


def _whose_first(version: RuleSetResult, against: RuleSetResult, limits: Limits) -> str:
    ours, theirs = alerting(version), alerting(against)
    new, gone = (
        listed([ref for ref in one if ref not in other], limits.refs)
        for one, other in ((ours, theirs), (theirs, ours))
    )
    ours_alone = f"Clients with alerts that notify, by these rules alone: {new}."
    return f"{ours_alone} By the other version alone: {gone}."


def _by_rule(item: tuple[tuple[Change, str], object]) -> tuple[str, int]:
    change, rule_id = item[0]
    return rule_id, _CHANGES.index(change)


def _regraded(mine: RuleTally | None, other: RuleTally | None) -> str:
    if mine is None or other is None:
        return " (new)" if mine else " (gone)"
    return "" if grade(mine) == grade(other) else f" ({grade(mine)}; was {grade(other)})"


def _followed(outcome: OutcomeStatistics | None, rule_id: str) -> str:
    if outcome is None:
        return NONE
    one = outcome.value(Sort(rule_id, "low"))
    return f"{share(one.precision.value)} (chance {share(one.chance_precision)})"
