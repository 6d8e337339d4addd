"""`handrail drill`: an urgent alert about nobody goes the whole way, to see who answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import (
    DEFAULT_CONFIG,
    FOUND,
    ConfigFile,
    open_settings,
    stored,
    whole_number,
)
from engine.cli.printing import Format, ListFormat, SayFormat, TextFormat, say, show_rows
from engine.model.instant import MINUTE_US
from engine.model.staff import shown
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from engine.flows.escalation.drills import DrillReport

app = typer.Typer(
    no_args_is_help=True, help="Try and report the way of an urgent alert, without a client."
)
COLUMNS = ("told", "role", "by", "at", "state", "arrived", "answered", "minutes", "answer")
By = Annotated[str, typer.Option("--by", metavar="STAFF", help="Who does it: a ref of the staff.")]
Manager = Annotated[
    str | None,
    typer.Option("--case-manager", metavar="STAFF", help="Whose turn as case manager is tried."),
]
Number = Annotated[
    int | None,
    typer.Argument(
        metavar="[ALERT]", parser=whole_number(), help="The drill's alert (default: the newest)."
    ),
]


@app.command()
def start(
    by: By,
    manager: Manager = None,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Begin a drill: the daemon texts people by the policy of urgent alerts, at any hour."""
    from engine.flows.escalation.drills import start

    settings = open_settings(config)
    with stored(settings) as database:
        alert_id = start(database, settings.routing, settings.timezone, by, manager, now())
    said = f"Drill {alert_id} has begun. See: handrail drill report"
    say({"drill": alert_id}, said, format)


@app.command()
def stop(by: By, config: ConfigFile = DEFAULT_CONFIG, format: SayFormat = TextFormat.TEXT) -> None:
    """End the drill that runs; the people who were told hear of it."""
    from engine.flows.escalation.drills import stop

    with stored(open_settings(config)) as database:
        alert_id = stop(database, by, now())
    say({"drill": alert_id}, f"Drill {alert_id} is over.", format)


@app.command()
def report(
    number: Number = None, config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE
) -> None:
    """Show who was told in a drill and who answered when; ends with 1 if nobody took it."""
    from engine.flows.escalation.drills import report

    settings = open_settings(config)
    with stored(settings) as database, database.read() as conn:
        found = report(conn, number)
    zone = settings.timezone
    rows = [
        (
            shown(one.staff_ref, one.call_name),
            one.role.replace("_", " "),
            one.way.value,
            local(one.told_at, zone),
            one.state,
            one.arrived_at and local(one.arrived_at, zone),
            one.answered_at and local(one.answered_at, zone),
            None if one.answered_at is None else (one.answered_at - one.told_at) // MINUTE_US,
            one.answer,
        )
        for one in found.texts
    ]
    show_rows(rows, COLUMNS, format)
    if format is Format.TABLE:
        print(_summary(found))
    if found.taker is None:
        raise typer.Exit(FOUND)


def _summary(found: DrillReport) -> str:
    if found.taker is not None and found.taken_at is not None:
        minutes = (found.taken_at - found.began_at) // MINUTE_US
        return f"Drill {found.alert_id}: {found.taker.shown} took it after {minutes} minutes."
    if found.ended_at is None:
        return f"Drill {found.alert_id} runs; nobody has taken it yet."
    ended = "a real alert ended it" if found.end == "real_alert" else "it is over"
    return f"Drill {found.alert_id}: nobody took it; {ended}."
