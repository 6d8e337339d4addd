"""`handrail absence`: when members of staff are told nothing, and who is told instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, SayFormat, TextFormat, say, show_rows
from engine.cli.staff.call_names import with_call_names
from engine.cli.staff.oncall import From, Id, Until, Who
from engine.errors import UserError
from engine.model.written_instant import read_instant
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from engine.store.database.connection import Database

COLUMNS = ("absence", "staff", "from", "until", "stand_in")
StandIn = Annotated[
    str | None, typer.Option("--stand-in", metavar="STAFF", help="Who is told instead.")
]

app = typer.Typer(invoke_without_command=True)


@app.callback()
def absence(
    context: typer.Context,
    config: ConfigFile = DEFAULT_CONFIG,
    format: ListFormat = Format.TABLE,
) -> None:
    """List present and coming absences; `add` records one, `remove` takes one back."""
    if context.invoked_subcommand is not None:
        return
    from engine.model.instant import LAST_US
    from engine.store.people.absences import lasting
    from engine.store.people.staff import everybody

    with stored(open_settings(config)) as database, database.read() as conn:
        found, staff = lasting(conn, now(), LAST_US), everybody(conn)
    rows = []
    for one in found:
        who, stand_in = staff[one.staff_id], staff[one.stand_in_id].ref if one.stand_in_id else None
        rows.append(
            (
                one.id,
                who.ref,
                local(one.began, who.timezone),
                local(one.ended, who.timezone),
                stand_in,
            )
        )
    called = {one.ref: one.call_name for one in staff.values() if one.call_name}
    show_rows(
        with_call_names(rows, called if format is Format.TABLE else {}, at=(1, 4)), COLUMNS, format
    )


@app.command()
def add(
    staff: Who,
    began: From,
    until: Until,
    stand_in: StandIn = None,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Record an absence: the stand-in is told instead, or the next step follows at once."""
    from engine.flows.operations.on_call import be_absent

    with stored(open_settings(config)) as database:
        zone = _zone(database, staff)
        first, last = read_instant(began, zone), read_instant(until, zone)
        with database.write() as conn:
            made = be_absent(conn, staff, first, last, stand_in, now())
    since, end = local(first, zone), local(last, zone)
    instead = f"; {stand_in} stands in" if stand_in else ""
    during = f"from {since.isoformat()} until {end.isoformat()}"
    said = f"Absence {made}: {staff} is told nothing {during}{instead}."
    say(
        {"absence": made, "staff": staff, "from": since, "until": end, "stand_in": stand_in},
        said,
        format,
    )


@app.command()
def remove(
    number: Id, config: ConfigFile = DEFAULT_CONFIG, format: SayFormat = TextFormat.TEXT
) -> None:
    """Take an absence back."""
    from engine.flows.operations.on_call import remove_absence

    with stored(open_settings(config)) as database, database.write() as conn:
        remove_absence(conn, number, now())
    say({"absence": number, "removed": True}, f"Absence {number} is taken back.", format)


def _zone(database: Database, ref: str) -> str:
    from engine.store.people.staff import with_ref

    with database.read() as conn:
        one = with_ref(conn, ref)
    if one is None:
        raise UserError(f"There is nobody active among the staff called {ref}.")
    return one.timezone
