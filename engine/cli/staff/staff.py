"""`handrail staff`: the staff and mentors, and whether their numbers are confirmed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.first_word import first_word_of
from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, SayFormat, TextFormat, say, show_rows
from engine.cli.staff.oncall import Who
from engine.errors import UserError
from engine.model.plurals import counted
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.staff import Staff
    from engine.store.people.phone_codes import UnconfirmedPhone

COLUMNS = ("staff", "call_name", "role", "phone", "number", "timezone", "clients", "away")
By = Annotated[
    str,
    typer.Option("--by", metavar="STAFF", help="Who says so: the ref of a supervisor or admin."),
]

app = typer.Typer(cls=first_word_of("show"), invoke_without_command=True)


@app.callback()
def staff(
    context: typer.Context,
    config: ConfigFile = DEFAULT_CONFIG,
    format: ListFormat = Format.TABLE,
) -> None:
    """List active staff and mentors, and whether their numbers are confirmed; `confirm` one."""
    if context.invoked_subcommand is None:
        _list(None, config, format)


@app.command()
def show(
    staff: Who, config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE
) -> None:
    """Show one person of the list; `handrail staff S-7` is the same."""
    _list(staff, config, format)


def _list(ref: str | None, config: Path, format: Format) -> None:
    from engine.store.people.absences import lasting
    from engine.store.people.phone_codes import unconfirmed
    from engine.store.people.staff import clients_of, everybody

    present = now()
    with stored(open_settings(config)) as database, database.read() as conn:
        found = [one for one in everybody(conn).values() if one.active and ref in {None, one.ref}]
        unsure = {one.staff.id: one for one in unconfirmed(conn)}
        clients = clients_of(conn, present)
        away = {one.staff_id: one.ended for one in lasting(conn, present, present + 1)}
    if ref and not found:
        raise UserError(f"There is nobody active among the staff called {ref}.")
    rows = []
    for one in found:
        until = local(away[one.id], one.timezone) if one.id in away else None
        rows.append((*_row(one, unsure), one.timezone, clients.get(one.id, 0), until))
    show_rows(rows, COLUMNS, format)


@app.command()
def confirm(
    staff: Who, by: By, config: ConfigFile = DEFAULT_CONFIG, format: SayFormat = TextFormat.TEXT
) -> None:
    """Confirm that the number in the roster is that of the person, as if they had answered."""
    from engine.flows.escalation.phone_confirmations import confirm_by_command

    with stored(open_settings(config)) as database:
        one = confirm_by_command(database, staff, by, now())
    said = f"The number {one.phone} is confirmed to be that of {one.shown}."
    say({"staff": one.ref, "phone": one.phone, "confirmed": True}, said, format)


def _row(one: Staff, unsure: Mapping[int, UnconfirmedPhone]) -> tuple[object, ...]:
    about = (one.ref, one.call_name, one.role, one.phone)
    asked = unsure.get(one.id)
    if one.phone is None:
        return (*about, None)
    if asked is None:
        return (*about, "confirmed")
    if asked.opted_out:
        return (*about, "opted out")
    if asked.denied:
        return (*about, "denied: it says it is not theirs")
    return (*about, f"asked {counted(asked.asked, 'time')}" if asked.asked else "not asked")
