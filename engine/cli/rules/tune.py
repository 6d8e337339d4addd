"""`handrail tune`: which numbers of a rule are worth most, measured on clients held out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import (
    DEFAULT_CONFIG,
    FOUND,
    ConfigFile,
    no_rule,
    open_settings,
    stored,
    whole_number,
)
from engine.cli.printing import Format, ListFormat, show_json, show_rows
from engine.cli.replay_source import (
    ArchiveFolder,
    ReplaySource,
    Workers,
    replay_source,
    replayed_by_workers,
)
from engine.cli.rules.outcome_options import (
    Asked,
    Cohort,
    From,
    Horizon,
    Html,
    Lead,
    Onset,
    OutcomeRule,
    Rules,
    Since,
    Until,
    period_of,
    query_of,
    whole_file,
)
from engine.cli.rules.tune_scorecard import Destination, derive_scorecard, write_draft
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.model.settings import Settings
    from engine.rulebook.core.rulebook import Rulebook
    from engine.rulebook.core.tunable import Tunable
    from engine.studies.preview import PreviewQuery
    from engine.studies.tried_numbers import Tried
    from engine.studies.tuning import TuningResult
    from engine.studies.variant_choice import VariantSet

_BUDGET = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+) (?:alerts? )?a (?:client-)?month")
RuleIds = Annotated[list[str], typer.Argument(metavar="RULE…", help="The rules' ids.")]
Budget = Annotated[
    str,
    typer.Option(
        "--budget",
        metavar="RATE",
        help="The most alerts people are to be told of, such as '0.5 a client-month'.",
    ),
]
Most = Annotated[
    int,
    typer.Option(
        "--variants",
        parser=whole_number(20_000),
        metavar="N",
        help="The most variants to try; of more possible ones a part is drawn.",
    ),
]
Scorecard = Annotated[
    str | None,
    typer.Option(
        "--scorecard",
        metavar="NAME",
        help="Derive the points of this scorecard of the rules instead; signs stay as written.",
    ),
]
Draft = Annotated[
    Path | None,
    typer.Option(
        "--draft", metavar="FILE", help="Write the choice as a draft; no file is overwritten."
    ),
]


def tune(  # noqa: PLR0913, PLR0917 - a command's options
    rule: RuleIds,
    config: ConfigFile = DEFAULT_CONFIG,
    rules: Rules = None,
    since: Since = None,
    until: Until = None,
    outcome: OutcomeRule = None,
    at_risk_from: From = None,
    cohort: Cohort = None,
    lead: Lead = None,
    horizon: Horizon = None,
    onset: Onset = None,
    budget: Budget = "1 a client-month",
    variants: Most = 1000,
    scorecard: Scorecard = None,
    draft: Draft = None,
    html: Html = None,
    archive: ArchiveFolder = None,
    workers: Workers = None,
    format: ListFormat = Format.TABLE,
) -> None:
    """Try other values of the numbers that a rule marks 'tunable:', over the stored events.

    Chooses within a budget, and says what the choice is worth on clients on which it was not made.
    Nothing is written but the --draft. csv has a row for each variant, json has everything.
    """
    from engine.rulebook.parsing.load import load
    from engine.studies.tuning import tune as choose

    if draft and draft.exists():
        raise UserError(f"--draft: {draft} exists, and no file is overwritten; name another one.")
    if scorecard and workers:
        raise UserError("--workers replays variants; a scorecard is derived by one process.")
    most, source = _budget(budget), replay_source(archive, workers)
    settings = open_settings(config)
    rulebook = load(rules or settings.rules, settings.kinds)
    if outcome is None and cohort is None:
        raise UserError("Name what alerts are to warn of, with --outcome RULE or --cohort FILE.")
    asked = Asked(outcome, at_risk_from, cohort, lead, horizon, onset)
    query = query_of(settings, rulebook, period_of(settings, since, until), asked)
    fixed = [one for one in (outcome, at_risk_from) if one]
    _check_rules(rulebook, rule, fixed)
    with whole_file(html) as write:
        if scorecard:
            is_done = derive_scorecard(
                settings,
                rulebook,
                query,
                rule,
                scorecard,
                source.archive,
                Destination(draft, write, format),
            )
        else:
            tunables = _tunables(rulebook, rule, fixed)
            tried, among = _search(settings, rulebook, query, rule, tunables, variants, source)
            found = choose(among, most)
            if draft:
                _write_draft(draft, settings, rulebook, tunables, tried, found)
            _show(found, tried, format)
            if write:
                from engine.presentation.tuning.page import page

                write(page(found, tried))
            is_done = found.chosen is not None
    if not is_done:
        raise typer.Exit(FOUND)


def _budget(text: str) -> float:
    match = _BUDGET.fullmatch(text.strip())
    if match is None or not float(match[1]):
        raise UserError(f"--budget: '{text}' is not a rate; write it as '0.5 a client-month'.")
    return float(match[1])


def _check_rules(rulebook: Rulebook, rule_ids: Sequence[str], fixed: Sequence[str]) -> None:
    for rule_id in rule_ids:
        if rule_id not in rulebook.rules:
            raise no_rule(rule_id, rulebook.rules)
        if rule_id in fixed:
            raise UserError(f"{rule_id} says who is at risk or what is warned of; leave it out.")


def _tunables(rulebook: Rulebook, rule_ids: Sequence[str], fixed: Sequence[str]) -> list[Tunable]:
    """Return the numbers of these rules that may be varied, all of one file."""
    from engine.rulebook.tools.tunables import tunables_of

    found: dict[Tunable, None] = {}
    for rule_id in rule_ids:
        found |= dict.fromkeys(tunables_of(rulebook, rule_id))
    if not found:
        written = rulebook.checked[rule_ids[0]].written
        mark = written.node.start_mark
        place = f"{written.reading.source.name}:{mark.line + 1}:{mark.column + 1}"
        raise UserError(
            f"{place}: {', '.join(rule_ids)} marks no number that may be varied. Write, beside a "
            "number such as 'at_least: 4', 'tunable: {at_least: [3, 4, 5]}'."
        )
    for rule_id in fixed:
        if shared := found.keys() & set(tunables_of(rulebook, rule_id)):
            one = min(shared)
            raise UserError(
                f"{one.place}: '{one.word}' is a part of {rule_id}, too, and with it the "
                "outcome would change. Say that rule without this number."
            )
    files = sorted({one.file for one in found})
    if len(files) > 1:
        raise UserError(f"Numbers of one file at a time: these stand in {' and '.join(files)}.")
    return list(found)


def _search(
    settings: Settings,
    rulebook: Rulebook,
    query: PreviewQuery,
    rule_ids: Sequence[str],
    tunables: Sequence[Tunable],
    most: int,
    source: ReplaySource,
) -> tuple[Tried, VariantSet]:
    """Replay every variant, with a bar."""
    from engine.cli.progress import progress
    from engine.flows.replay.tuning import VariantReplay, read_variants
    from engine.store.intake.histories import count_clients

    tried, read = read_variants(
        rulebook, settings.kinds, tunables, most, rule_ids, str(query.outcome)
    )
    replay = VariantReplay(query, settings.routing, rulebook, rule_ids, read)
    with (
        stored(settings) as database,
        database.read() as conn,
        progress("Replaying variants", 2 * count_clients(conn)) as advance,
    ):
        if source.workers is None:
            for clients in replay.batches(conn, source.archive):
                advance(clients)
        else:
            from engine.flows.replay.workers import variants_of_part

            for part in replayed_by_workers(source, settings.database, variants_of_part, replay):
                replay.take(part)
                advance(2 * part.seen)
    among = replay.variant_set(tried)
    if not among.values.told:
        raise UserError(
            f"Nobody is told of an alert of {', '.join(rule_ids)} while a client is at risk of "
            f"{query.outcome}, so there is nothing to choose by. See handrail preview."
        )
    return tried, among


def _write_draft(
    path: Path,
    settings: Settings,
    rulebook: Rulebook,
    tunables: Sequence[Tunable],
    tried: Tried,
    found: TuningResult,
) -> None:
    from engine.model.instant import from_us
    from engine.presentation.tuning.draft_evidence import evidence
    from engine.rulebook.tools.draft import draft_of, with_numbers

    if found.chosen is None:
        return
    edits = with_numbers(tunables, tried.written(found.chosen))
    source = evidence(found, tried, from_us(now()).date())
    write_draft(path, draft_of(rulebook, settings.kinds, tried.rules, edits, source))


def _show(found: TuningResult, tried: Tried, format: Format) -> None:
    from engine.presentation.tuning.summary import columns, rows, summary

    if format is Format.CSV:
        show_rows(rows(found, tried), columns(tried), format)
    elif format is Format.JSON:
        show_json(summary(found, tried), indent=1)
    else:
        from engine.cli.table_output import print_sections
        from engine.presentation.tuning.sections import sections

        print_sections(sections(found, tried))
