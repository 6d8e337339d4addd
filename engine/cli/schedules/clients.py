"""`handrail clients`: the clients, what each is due to do, and who agreed to get texts."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.first_word import first_word_of
from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, show_rows
from engine.cli.schedules.schedules import read_clock, read_day, read_plans
from engine.model.goal import GoalStatus
from engine.model.plurals import counted
from engine.presentation.local_clock import local

app = typer.Typer(cls=first_word_of("show"), invoke_without_command=True)
LIST_COLUMNS = ("client", "state", "timezone", "phone", "staff", "consents", "identifiers", "texts")


class Language(StrEnum):
    """In which language a client gets texts."""

    ENGLISH = "english"
    SPANISH = "spanish"


Ref = Annotated[str, typer.Argument(metavar="CLIENT", help="The client's ref.")]


@app.callback()
def clients(
    context: typer.Context,
    config: ConfigFile = DEFAULT_CONFIG,
    format: ListFormat = Format.TABLE,
) -> None:
    """List the clients, who looks after them and whether texts reach them; or one by its ref."""
    if context.invoked_subcommand is None:
        _list(None, config, format)


@app.command()
def show(
    client: Ref, config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE
) -> None:
    """Show one client of the list; `handrail clients C-1042` is the same."""
    _list(client, config, format)


def _list(client: str | None, config: Path, format: Format) -> None:
    from engine.flows.operations.client_list import client_list

    with stored(open_settings(config)) as database, database.read() as conn:
        found = list(client_list(conn, client, now()))
    show_rows(found, LIST_COLUMNS, format)


How = Annotated[
    str, typer.Option("--how", metavar="WORDS", help="How it was given: 'signed form', say.")
]
Wording = Annotated[
    str, typer.Option("--wording", metavar="VERSION", help="Which words the client agreed to.")
]
In = Annotated[Language, typer.Option("--language", help="The language of the texts.")]
QuietFrom = Annotated[
    str, typer.Option("--quiet-from", metavar="TIME", help="When quiet hours begin.")
]
QuietTo = Annotated[str, typer.Option("--quiet-to", metavar="TIME", help="When they end.")]


@app.command()
def agree(
    client: Ref,
    how: How,
    wording: Wording,
    language: In = Language.ENGLISH,
    quiet_from: QuietFrom = "21:00",
    quiet_to: QuietTo = "08:00",
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Record that a client agreed to get texts."""
    from engine.flows.schedules.client_agreements import agree

    quiet = (read_clock(quiet_from), read_clock(quiet_to))
    with stored(open_settings(config)) as database, database.write() as conn:
        agree(conn, client, how, wording, language.value, quiet, now())
    print(f"{client} agreed to get texts in {language.value.capitalize()}.")


@app.command()
def withdraw(client: Ref, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Record that a client agrees to texts no more; nothing more is sent."""
    from engine.flows.schedules.client_agreements import withdraw

    with stored(open_settings(config)) as database, database.write() as conn:
        withdraw(conn, client, now())
    print(f"{client} gets no texts any more.")


COLUMNS = ("what", "due", "outcome", "why", "asked")


@app.command()
def plan(
    client: Ref, config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE
) -> None:
    """Show a client's care plan: the coming week, and what became of the last one."""
    from engine.flows.schedules.care_plan import care_plan

    settings = open_settings(config)
    schedules = read_plans(settings).live
    with stored(settings) as database, database.read() as conn:
        known, lines = care_plan(conn, client, schedules, now())
    rows = [
        (
            one.what,
            one.due and local(one.due, known.timezone),
            one.outcome,
            one.why,
            one.asked and local(one.asked, known.timezone),
        )
        for one in lines
    ]
    show_rows(rows, COLUMNS, format)


Goal = Annotated[str, typer.Argument(metavar="GOAL", help="The goal, in a few words.")]
Due = Annotated[
    str | None, typer.Option("--due", metavar="DAY", help="The day by which it is to be met.")
]
Status = Annotated[GoalStatus, typer.Option("--status", help="What it has come to.")]


@app.command()
def goal(
    client: Ref,
    goal: Goal,
    due: Due = None,
    status: Status = GoalStatus.SET,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Set a goal of a client, or record what it has come to."""
    from engine.flows.schedules.goals import record_goal

    day = read_day(due).isoformat() if due else None
    with stored(open_settings(config)) as database, database.write() as conn:
        record_goal(conn, client, goal, status, day, now())
    said = "in progress" if status == "progress" else status
    print(f"{client}: {goal} is {said}{f', due {day}' if day else ''}.")


class Reader(StrEnum):
    """For whom a calendar is."""

    CLIENT = "client"
    STAFF = "staff"


For = Annotated[
    Reader, typer.Option("--for", help="Entries for staff begin with the ref, and others do not.")
]
Days = Annotated[int, typer.Option("--days", min=1, max=366, help="How many days ahead.")]


@app.command()
def calendar(
    client: Ref,
    reader: For = Reader.CLIENT,
    days: Days = 28,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Write what a client is due to do as an iCalendar file, with titles that reveal nothing."""
    import hashlib
    import sys
    from datetime import UTC, datetime

    from engine.flows.rules.reload import RuleFiles
    from engine.flows.schedules.care_plan import appointments
    from engine.model.instant import from_us
    from engine.presentation.calendar_file import CalendarEntry, calendar_file

    settings = open_settings(config)
    schedules = RuleFiles(settings).read().plans.live
    with stored(settings) as database, database.read() as conn:
        known, found = appointments(conn, client, schedules, now(), days)
    begin = f"{known.ref}: " if reader is Reader.STAFF else ""
    entries = [
        CalendarEntry(
            hashlib.sha256(f"{known.id} {one.schedule_id} {one.day}".encode()).hexdigest()[:24],
            from_us(one.due),
            f"{begin}{'Appointment' if one.is_visit else 'Reminder'}",
        )
        for one in found
    ]
    sys.stdout.write(calendar_file(entries, datetime.now(UTC)))


By = Annotated[
    str, typer.Option("--by", metavar="STAFF", help="Who answers for it: a supervisor or admin.")
]
Reason = Annotated[
    str, typer.Option("--reason", metavar="WORDS", help="Why; the words stay, so name nobody.")
]
Into = Annotated[str, typer.Argument(metavar="SAME", help="The ref of the client who stays.")]


@app.command()
def merge(
    client: Ref, into: Into, by: By, reason: Reason, config: ConfigFile = DEFAULT_CONFIG
) -> None:
    """Let the events of a client count for another, who is the same person."""
    from engine.flows.operations.client_merge import merge

    with stored(open_settings(config)) as database:
        done = merge(database, client, into, by, reason, now())
    moved = f"{counted(done.events, 'event')} and {counted(done.alerts, 'alert')} moved"
    print(f"{client} is {into} now: {moved}. handrail clients unmerge {client} undoes it.")


@app.command()
def unmerge(client: Ref, by: By, reason: Reason, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Undo a merge: give a client back the events that sources gave under its ref."""
    from engine.flows.operations.client_merge import undo

    with stored(open_settings(config)) as database:
        done = undo(database, client, by, reason, now())
    moved = f"{counted(done.events, 'event')} and {counted(done.alerts, 'alert')} moved back"
    print(f"{client} stands alone again: {moved}. Send its rows of the roster once more.")


Identifier = Annotated[
    str, typer.Argument(metavar="IDENTIFIER", help="A number of another system, as mrn:4711.")
]


@app.command("withdraw-identifier")
def withdraw_identifier(
    client: Ref, identifier: Identifier, by: By, reason: Reason, config: ConfigFile = DEFAULT_CONFIG
) -> None:
    """Let a number of another system name nobody, because it named the wrong client."""
    from engine.flows.operations.identifier_withdrawal import withdraw

    with stored(open_settings(config)) as database:
        withdraw(database, client, identifier, by, reason, now())
    print(
        f"{identifier} names nobody now, and what comes under it waits. Events that came under it "
        f"stay with {client}: look through them. handrail clients restore-identifier undoes this."
    )


@app.command("restore-identifier")
def restore_identifier(
    client: Ref, identifier: Identifier, by: By, reason: Reason, config: ConfigFile = DEFAULT_CONFIG
) -> None:
    """Let a number that was withdrawn name its client again."""
    from engine.flows.operations.identifier_withdrawal import restore

    with stored(open_settings(config)) as database:
        restore(database, client, identifier, by, reason, now())
    print(f"{identifier} names {client} again. What waited for it is taken at the next reading.")
