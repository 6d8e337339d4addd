"""The sections of a preview about alerts as warnings of an outcome, beside chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from engine.model.duration import write_duration
from engine.model.plurals import counted
from engine.presentation.preview.section import Section, in_order, versions
from engine.presentation.quantities import (
    count,
    percent,
    rate,
    rates_between,
    share,
    shares_between,
)
from engine.studies.alert_value import AlertValue, Verdict
from engine.studies.outcome import OutcomeStatistics, Sort
from engine.studies.preview import ANY_LIVE, PreviewResult

FIGURES = (">A month", ">Reach", ">By chance", ">Followed", ">By chance", ">Lift")
_INTERVAL = "  95 %"


def predictions(preview: PreviewResult, outcome: OutcomeStatistics) -> list[Section]:
    """Return the sections about the outcome: warnings, time open, and both by group."""
    sections = [_value(preview, outcome), _open(preview)]
    headline = next(iter(measured(preview, outcome)), None)
    groups = outcome.by_group(headline) if headline else {}
    rows = [
        row
        for (name, value), (clients, found) in groups.items()
        for row in value_rows(f"{name} {value}", found, (count(clients),))
    ]
    if rows and headline:
        text = f"The figures of {written(headline)} by the clients' attributes as risk began."
        columns = ("Group", ">Clients", *FIGURES)
        sections.append(Section("groups", "By group", text, columns, tuple(rows)))
    return sections


def measured(preview: PreviewResult, outcome: OutcomeStatistics) -> Iterator[Sort]:
    """Yield the sorts of alert with one at risk, all live rules together first."""
    rules = [(rule_id, rule.status) for rule_id, rule in in_order(preview)]
    live = [rule_id for rule_id, status in rules if status == "live"]
    for rule_id in [*([ANY_LIVE] if len(live) > 1 else []), *(rule_id for rule_id, _ in rules)]:
        if rule_id != preview.query.outcome:
            yield from (sort for sort in outcome.sorts(rule_id) if outcome.value(sort).alerts)


def written(sort: Sort) -> str:
    """Return the name of a sort of alert."""
    return f"{sort.rule}, high" if sort.least == "high" else sort.rule


def _value(preview: PreviewResult, outcome: OutcomeStatistics) -> Section:
    rows = _of_versions(preview, value_rows)
    title = f"Before {preview.query.outcome}"
    columns = ("Rule", *FIGURES)
    return Section("outcome", title, _text(preview, outcome), columns, tuple(rows))


def _open(preview: PreviewResult) -> Section:
    query = preview.query
    lead = write_duration(query.lead)
    text = (
        "Alerts: those of which people are told. Untold: those of which nobody is told, "
        "because another quiets them, people were told lately, or the policy names nobody. "
        "Open: the share of the time at risk with an alert open, told or not. "
        f"{lead[0].upper()}{lead[1:]} before: outcomes with one open then; by chance that is the "
        f"share of the time. Days before: from the first alert within "
        f"{write_duration(query.horizon)}, the median."
    )
    columns = (
        *("Rule", ">Alerts", ">Untold", ">Open", f">{lead} before", ">Days before"),
        ">By chance",
    )
    return Section(
        "open", "How long they are open", text, columns, tuple(_of_versions(preview, _open_rows))
    )


def _of_versions(
    preview: PreviewResult, rows_of: Callable[[str, AlertValue], list[tuple[str, ...]]]
) -> Iterator[tuple[str, ...]]:
    """Yield the rows of each sort of alert by these rules, and by a different other version."""
    both = [one.outcome for one in versions(preview) if one.outcome]
    sorts = {sort: None for one in both for sort in measured(preview, one)}
    for sort in sorts:
        found = [value for one in both if (value := one.value(sort)).alerts]
        is_gone = sort.rule != ANY_LIVE and sort.rule not in preview.version.tally.rules
        yield from rows_of(f"{written(sort)} (gone)" if is_gone else written(sort), found[0])
        if len(found) > 1 and found[1] != found[0]:
            yield from rows_of("  against", found[1])


def value_rows(name: str, one: AlertValue, more: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Two rows of the figures of alerts: the figures, and their intervals."""
    return [
        (
            name,
            *more,
            rate(one.rate.value, 2),
            share(one.reach.value),
            share(one.chance_reach),
            share(one.precision.value),
            share(one.chance_precision),
            rate(one.lift.value, 2),
        ),
        (
            _INTERVAL,
            *("" for _ in more),
            rates_between(one.rate),
            shares_between(one.reach),
            "",
            shares_between(one.precision),
            "",
            rates_between(one.lift),
        ),
    ]


def _open_rows(name: str, one: AlertValue) -> list[tuple[str, ...]]:
    return [
        (
            name,
            count(one.alerts if one.is_told else 0),
            count(one.untold),
            share(one.open.value),
            share(one.open_at_lead.value),
            rate(one.days_before, 1),
            rate(one.chance_days_before, 1),
        ),
        (_INTERVAL, "", "", shares_between(one.open), shares_between(one.open_at_lead), "", ""),
    ]


def _text(preview: PreviewResult, outcome: OutcomeStatistics) -> str:
    query = preview.query
    name = str(query.outcome)
    lead, horizon = write_duration(query.lead), write_duration(query.horizon)
    not_at_risk = (
        f"{counted(outcome.not_at_risk, 'client')} never at risk do not count. "
        if outcome.not_at_risk
        else ""
    )
    return (
        f"{count(outcome.reached)} of {counted(outcome.clients, 'client')} at risk "
        f"({percent(outcome.reached, outcome.clients)}) reached {name}. {not_at_risk}"
        "A month: alerts of which people are told, for each month of a client at risk. "
        f"Reach: outcomes with such an alert between {horizon} and {lead} before. Followed: such "
        f"alerts "
        f"with {name} in the {horizon} after. By chance: the same of random alerts at the same "
        "rate. Lift: how many times as often as after random ones it follows."
        f"{_verdicts(preview, outcome)}{_same_kinds(preview)}"
    )


def _verdicts(preview: PreviewResult, outcome: OutcomeStatistics) -> str:
    """Name the alerts that are worth little, and those that people are never told of."""
    values = [(written(sort), outcome.value(sort)) for sort in measured(preview, outcome)]
    barely = [name for name, one in values if one.verdict is Verdict.BARELY]
    as_if = [name for name, one in values if not one.is_told]
    return _named("Barely better than chance, or too few to tell", barely) + _named(
        "Counted as if people were told when an alert begins, because nobody is", as_if
    )


def _same_kinds(preview: PreviewResult) -> str:
    shown = {rule_id for rule_id, _ in in_order(preview)}
    names = sorted(shown & preview.same_kinds.keys())
    if not names:
        return ""
    kinds = sorted({kind for name in names for kind in preview.same_kinds[name]})
    onset = preview.query.onset
    way_out = (
        f" The outcome is taken to begin {write_duration(onset)} before its rule holds."
        if onset
        else " Name with --onset how long the outcome lasts before its rule holds."
    )
    return (
        _named(
            f"Warning: these rules read the same events ({', '.join(kinds)}) as the outcome", names
        )
        + f" They may be a part of it, and no warning.{way_out}"
    )


def _named(said: str, names: Sequence[str]) -> str:
    return f" {said}: {', '.join(names)}." if names else ""
