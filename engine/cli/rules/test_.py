"""`handrail test`: the expected alerts of rules, tried in the engine itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.options import DEFAULT_CONFIG, FOUND, ConfigFile, open_settings
from engine.cli.printing import SayFormat, TextFormat, show_json
from engine.cli.rules.check import Paths, configured, plan_set, say_partly
from engine.errors import MistakesError, UserError

if TYPE_CHECKING:
    from engine.flows.rules.files import RuleFileSet
    from engine.model.case_timeline import CaseResult
    from engine.model.settings import Settings


Rules = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        metavar="DIR",
        help="Other rules than the configured ones; a file in DIR goes with them.",
    ),
]


def try_cases(
    paths: Paths = None,
    config: ConfigFile = DEFAULT_CONFIG,
    rules: Rules = None,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Run the cases of rules and schedules on a virtual clock, and report each that fails."""
    from engine.flows.rules.files import part_plans, read
    from engine.model.plurals import counted
    from engine.presentation.cases import as_data, lines_of_case

    settings = open_settings(config)
    if rules:
        settings = settings.model_copy(update={"rules": rules})
    plans, others = part_plans(paths or [], settings)
    rule_sets = list(read(others if paths else configured(settings), settings))
    planned = plan_set(plans, settings) if plans or not paths else None
    rule_sets += [planned] if planned else []
    if mistakes := {mistake for rule_set in rule_sets for mistake in rule_set.mistakes}:
        say_partly(rule_sets, "handrail test --rules {} FILE")
        raise MistakesError(list(mistakes))
    began = time.monotonic()
    tried = []
    for one in _tried(rule_sets, settings):
        tried.append(one)
        if not one.passed and format is TextFormat.TEXT:
            print(*lines_of_case(one), "", sep="\n")
    if format is TextFormat.JSON:
        show_json([as_data(one) for one in tried], indent=2)
    else:
        failed = sum(not one.passed for one in tried)
        outcome = f"{failed} not as expected" if failed else "all as expected"
        seconds = time.monotonic() - began
        print(f"{counted(len(tried), 'case')} tried in {seconds:.1f} seconds: {outcome}")
    if not all(one.passed for one in tried):
        raise typer.Exit(FOUND)


def _tried(rule_sets: list[RuleFileSet], settings: Settings) -> Iterator[CaseResult]:
    from engine.cli.progress import progress
    from engine.flows.rules.case_compare import try_case
    from engine.store.database.in_memory import scratch

    todo = [
        (case, rule_set.rulebook)
        for rule_set in rule_sets
        for case in rule_set.cases
        if rule_set.rulebook is not None and case.file in rule_set.asked
    ]
    if not todo:
        raise UserError(
            "There are no cases here; write those of NAME.yaml into NAME.cases.yaml beside it."
        )
    _quiet_log()
    with scratch() as databases, progress("Trying cases", len(todo)) as advance:
        for case, rulebook in todo:
            yield try_case(case, rulebook, settings, databases.empty())
            advance(1)


def _quiet_log() -> None:
    """Silence the log, because it would speak of made-up clients; failures still show."""
    import logging

    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
