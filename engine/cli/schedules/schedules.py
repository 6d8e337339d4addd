"""`handrail schedules`: what clients are due to do, and what became of it."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, show_rows
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.model.settings import Settings
    from engine.rulebook.plans.plans import Plans

COLUMNS = ("schedule", "title", "status", "due", "when", "for")
ScheduleId = Annotated[str, typer.Argument(metavar="SCHEDULE", help="The schedule's id.")]

Client = Annotated[str, typer.Argument(metavar="CLIENT", help="The client's ref.")]
Reason = Annotated[str, typer.Option("--reason", metavar="WORDS", help="Why it is changed.")]
Actor = Annotated[str, typer.Option("--as", metavar="NAME", help="Who changes it.")]
By = Annotated[str, typer.Option("--by", metavar="TIME", help="By which time it is due.")]
ByPerhaps = Annotated[
    str | None, typer.Option("--by", metavar="TIME", help="By which time (default: as always).")
]
Day = Annotated[str, typer.Argument(metavar="DAY", help="The client's local day: 2026-03-01.")]
From = Annotated[str, typer.Option("--from", metavar="DAY", help="The first day.")]
Until = Annotated[
    str | None, typer.Option("--until", metavar="DAY", help="The last day (default: no end).")
]

app = typer.Typer(invoke_without_command=True)


@app.callback()
def schedules(
    context: typer.Context, config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE
) -> None:
    """List the schedules; `explain` says one in plain English, `set` changes one for a client."""
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
        for one in read_plans(open_settings(config)).schedules.values()
    ]
    show_rows(rows, COLUMNS, format)


@app.command()
def explain(schedule: ScheduleId, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Explain a schedule in plain English: its occasions, their times, and the result of a miss."""
    from engine.cli.rules.explain import wrapped
    from engine.model.nearest_word import did_you_mean
    from engine.rulebook.plans.schedules_in_words import explain_schedule

    known = read_plans(open_settings(config)).schedules
    if schedule not in known:
        raise UserError(f"There is no schedule '{schedule}'{did_you_mean(schedule, known)}")
    for line in explain_schedule(known[schedule]):
        print(wrapped(line))


@app.command("set")
def set_(
    client: Client,
    schedule: ScheduleId,
    by: By,
    began: From,
    reason: Reason,
    actor: Actor,
    until: Until = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Let a schedule be due by another time for one client, from one day to another."""
    _change(config, client, schedule, "by", (began, until), by, (reason, actor))


@app.command()
def off(
    client: Client,
    schedule: ScheduleId,
    began: From,
    reason: Reason,
    actor: Actor,
    until: Until = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Let nothing of a schedule be due for one client, from one day to another."""
    _change(config, client, schedule, "off", (began, until), None, (reason, actor))


@app.command()
def extra(
    client: Client,
    schedule: ScheduleId,
    day: Day,
    reason: Reason,
    actor: Actor,
    by: ByPerhaps = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Let a schedule be due for one client on one more day, such as an appointment."""
    _change(config, client, schedule, "extra", (day, day), by, (reason, actor))


@app.command()
def excuse(
    client: Client,
    schedule: ScheduleId,
    day: Day,
    reason: Reason,
    actor: Actor,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Excuse a client for one day, also after it was missed."""
    _change(config, client, schedule, "excused", (day, day), None, (reason, actor))


def _change(
    config: Path,
    client: str,
    schedule: str,
    kind: str,
    days: tuple[str, str | None],
    by: str | None,
    why: tuple[str, str],
) -> None:
    from engine.cli.instants import now
    from engine.flows.schedules.change import change_schedule, is_for
    from engine.model.nearest_word import did_you_mean
    from engine.model.schedule import ChangeKind, ScheduleChange
    from engine.rulebook.plans.schedules_in_words import clients_in_words, status_in_words

    settings = open_settings(config)
    known = read_plans(settings).schedules
    if schedule not in known:
        raise UserError(f"There is no schedule '{schedule}'{did_you_mean(schedule, known)}")
    first, last = read_day(days[0]), None if days[1] is None else read_day(days[1])
    at = None if by is None else read_clock(by)
    change = ScheduleChange(0, schedule, ChangeKind(kind), first, last, at, *why, now())
    with stored(settings) as database, database.write() as conn:
        change_schedule(conn, client, known[schedule], change, now())
        serves = is_for(conn, client, known[schedule], now())
    if known[schedule].status != "live":
        comes = f"It is {status_in_words(known[schedule])}."
    elif serves:
        comes = f"handrail clients plan {client} shows the days that come."
    else:
        comes = f"It is for {clients_in_words(known[schedule])}, and {client} is none of them now."
    print(f"{schedule} is changed for {client}. {comes}")


def read_day(text: str) -> date:
    """Read a day of the command line.

    Raises:
        UserError: It is none.
    """
    from engine.model.written_time import parse_date

    try:
        return parse_date(text)
    except ValueError as error:
        raise UserError(str(error)) from None


def read_clock(text: str) -> time:
    """Read a time of day of the command line.

    Raises:
        UserError: It is none.
    """
    from engine.model.written_time import parse_clock

    try:
        return parse_clock(text)
    except ValueError as error:
        raise UserError(str(error)) from None


def read_plans(settings: Settings) -> Plans:
    """Read the plans of a site.

    Raises:
        MistakesError: They hold mistakes; it names all of them.
    """
    from engine.rulebook.parsing.load import load_plans

    return load_plans(settings.plans, settings.kinds, settings.attributes)
