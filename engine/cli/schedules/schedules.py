"""`handrail schedules`: what clients are due to do, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings
from engine.cli.printing import Format, ListFormat, show_rows
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.model.settings import Settings
    from engine.rulebook.plans.plans import Plans

COLUMNS = ("schedule", "title", "status", "due", "when", "for")
ScheduleId = Annotated[str, typer.Argument(metavar="SCHEDULE", help="The schedule's id.")]

app = typer.Typer(invoke_without_command=True)


@app.callback()
def schedules(
    context: typer.Context, config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE
) -> None:
    """List the schedules; `explain` says one in plain English."""
    if context.invoked_subcommand is not None:
        return
    from engine.rulebook.plans.schedules_in_words import (
        clients_in_words,
        due_in_words,
        when_in_words,
    )

    rows = [
        (
            one.id,
            one.title,
            one.status,
            due_in_words(one),
            when_in_words(one),
            clients_in_words(one),
        )
        for one in _plans(open_settings(config)).schedules.values()
    ]
    show_rows(rows, COLUMNS, format)


@app.command()
def explain(schedule: ScheduleId, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Explain a schedule in plain English: what is due, when, and what follows if it is missed."""
    from engine.cli.rules.explain import wrapped
    from engine.model.nearest_word import did_you_mean
    from engine.rulebook.plans.schedules_in_words import explain_schedule

    known = _plans(open_settings(config)).schedules
    if schedule not in known:
        raise UserError(f"There is no schedule '{schedule}'{did_you_mean(schedule, known)}")
    for line in explain_schedule(known[schedule]):
        print(wrapped(line))


def _plans(settings: Settings) -> Plans:
    from engine.rulebook.parsing.load import load_plans

    return load_plans(settings.plans, settings.kinds, settings.attributes)
