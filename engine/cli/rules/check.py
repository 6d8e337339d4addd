"""`handrail check`: the configuration, rules, cases and schedules, every mistake at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.options import DEFAULT_CONFIG, ConfigFile, settings_and_warnings, stored
from engine.cli.printing import Format, SayFormat, TextFormat, show_rows
from engine.errors import Mistake, MistakesError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.flows.rules.files import RuleFileSet
    from engine.model.settings import Settings

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[PATH]...",
        help="Rule files, files of cases or schedules, or folders (default: the configured ones).",
    ),
]


COLUMNS = ("severity", "file", "line", "column", "message")


def check(
    paths: Paths = None, config: ConfigFile = DEFAULT_CONFIG, format: SayFormat = TextFormat.TEXT
) -> None:
    """Read the configuration, rules, cases and schedules, and report every mistake in them."""
    from engine.cli.mistakes import lines_of
    from engine.cli.rules.roster_schedules import unknown_schedules
    from engine.flows.rules.files import part_plans, read
    from engine.flows.rules.warnings import warnings

    mistakes: list[Mistake] = []
    found: list[Mistake] = []
    settings = None
    # Named rule files need no configuration; if there is one, it says the site's kinds.
    if config.exists() or not paths:
        try:
            settings, found = settings_and_warnings(config)
        except MistakesError as error:
            mistakes += error.mistakes
    plans, others = part_plans(paths or [], settings)
    rule_sets = list(read(others if paths else configured(settings), settings))
    planned = plan_set(plans, settings) if settings and (plans or not paths) else None
    every = [*rule_sets, planned] if planned else rule_sets
    mistakes += [mistake for rule_set in every for mistake in rule_set.mistakes]
    if settings and not paths and (planned is None or planned.rulebook):
        known = planned.rulebook.plans.schedules if planned and planned.rulebook else ()
        mistakes += unknown_schedules(config, known)
    if settings and not paths:
        mistakes += _of_other_files(settings)
    if mistakes and format is TextFormat.TEXT:
        say_partly(rule_sets, "handrail check {}")
        raise MistakesError(list(set(mistakes)))
    found = [*(() if paths else found), *(one for each in rule_sets for one in warnings(each))]
    if settings and not paths:
        found += _outdated(settings, config)
        found += _beside_the_database(settings, rule_sets)
    if format is TextFormat.JSON:
        told = [("error", *mistake) for mistake in sorted(set(mistakes))]
        show_rows([*told, *(("warning", *warning) for warning in found)], COLUMNS, Format.JSON)
        if mistakes:
            raise typer.Exit(MistakesError.exit_code)
        return
    for line in lines_of(found, "warning: "):
        print(line, file=sys.stderr)
    print(_summary(rule_sets, planned, len(found)))
    if settings and not paths and settings.retention.explained:
        print(settings.retention.explained)


def _summary(rule_sets: Sequence[RuleFileSet], planned: RuleFileSet | None, warned: int) -> str:
    from engine.model.plurals import counted

    every = [*rule_sets, planned] if planned else rule_sets
    rules = sum(len(rule_set.rulebook.rules) for rule_set in rule_sets if rule_set.rulebook)
    cases = sum(len(rule_set.cases) for rule_set in every)
    schedules = len(planned.rulebook.plans.schedules) if planned and planned.rulebook else 0
    checked = [counted(rules, "rule")] if rule_sets else []
    checked += [counted(schedules, "schedule")] if schedules else []
    checked += [counted(cases, "case")]
    listed = " and ".join([", ".join(checked[:-1]), checked[-1]])
    return (
        f"{listed} checked: no mistakes, {counted(warned, 'warning') if warned else 'no warnings'}"
    )


def _of_other_files(settings: Settings) -> list[Mistake]:
    """Return the mistakes of the files beside rules and plans that there need not be."""
    from engine.cli.staff.mentors import read_matching
    from engine.letter_templates import read_templates

    found: list[Mistake] = []
    for read, there in (
        (read_matching, settings.matching.exists()),
        (
            lambda settings: read_templates(near(settings.letters.folder)),
            settings.letters.folder.is_dir(),
        ),
    ):
        try:
            if there:
                read(settings)
        except MistakesError as error:
            found += error.mistakes
    return found


def plan_set(paths: list[Path], settings: Settings) -> RuleFileSet | None:
    """Read the plans that were asked for, all if there are no paths; None if there are none."""
    from engine.flows.rules.files import read_plans

    wanted = paths or [near(settings.plans)]
    return read_plans(wanted, near(settings.rules), settings) if wanted[0].exists() else None


def _outdated(settings: Settings, config: Path) -> Iterator[Mistake]:
    """Yield the schemas beside the files that would make editors disagree with this check."""
    from engine.cli.rules.schema import Files, schema_text

    beside = {
        Files.RULES: settings.rules,
        Files.CASES: settings.rules,
        Files.PLANS: settings.plans,
        Files.CONFIG: config.absolute().parent,
    }
    for of, folder in beside.items():
        file = near(folder) / f"{of}.schema.json"
        if file.is_file() and file.read_text("utf-8", "replace") != schema_text(of, settings.kinds):
            text = (
                "is not of this configuration and version; "
                f"write it again: handrail schema {of} --output {file}"
            )
            yield Mistake(str(file), 0, 0, text)


def _beside_the_database(settings: Settings, rule_sets: Sequence[RuleFileSet]) -> Sequence[Mistake]:
    """Return what the rules lack or ask for in vain, by all that the database holds."""
    if settings.database_file and not settings.database_file.exists():  # it has not run yet
        return []
    from engine.errors import StoreUnavailableError
    from engine.store.operations.rule_sets import serving

    try:
        with stored(settings) as database, database.read() as conn:
            serves = serving(conn)
            lost = _lost(serves.files, settings, rule_sets) if serves else ()
            return [*lost, *_unheard(conn, settings, rule_sets)]
    except StoreUnavailableError:
        return []


def _lost(
    serves: Mapping[str, str], settings: Settings, rule_sets: Iterable[RuleFileSet]
) -> Iterator[Mistake]:
    """Yield the live rules that serve and that no configured file holds."""
    from engine.flows.rules.missing_rules import missing

    for rule_set in rule_sets:
        for rule_id in missing(rule_set.rulebook, serves, settings) if rule_set.rulebook else ():
            text = (
                f"'{rule_id}' serves and is in no file; "
                "it stays in force until you write it with status: retired"
            )
            yield Mistake(str(near(settings.rules)), 0, 0, text)


def _unheard(
    conn: Connection, settings: Settings, rule_sets: Iterable[RuleFileSet]
) -> Iterator[Mistake]:
    """Yield the words of live rules that no source has ever given, and that look like slips."""
    from engine.flows.rules.unheard_words import unheard_words

    rulebooks = [rule_set.rulebook for rule_set in rule_sets if rule_set.rulebook]
    for word in (one for each in rulebooks for one in unheard_words(conn, each, settings.kinds)):
        if word.near:
            one = word.rule
            mark = one.written.nodes["when"].start_mark
            file = one.written.reading.source.name
            yield Mistake(file, mark.line + 1, mark.column + 1, word.said)


def say_partly(rule_sets: Iterable[RuleFileSet], command: str) -> None:
    """Name on stderr the folders that were read in part, because a missing rule may be there."""
    for folder in (folder for rule_set in rule_sets for folder in rule_set.partly):
        said = f"Of the files in {folder} only those named were read; with all its rules:"
        print(said, command.format(folder), file=sys.stderr)


def configured(settings: Settings | None) -> list[Path]:
    """Return the folder of the configured rules; nothing if the configuration cannot be read."""
    if settings is None:
        return []
    return [near(settings.rules)]


def near(path: Path) -> Path:
    """Return the path from the current folder, except if it lies above."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else Path(relative)
