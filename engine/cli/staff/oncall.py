"""`handrail oncall`: who is on call now and next, and overrides for a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored, whole_number
from engine.cli.printing import Format, ListFormat, SayFormat, TextFormat, say, show_rows
from engine.cli.staff.call_names import with_call_names
from engine.errors import UserError
from engine.model.instant import Instant
from engine.model.written_instant import read_instant
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.calendar.on_call import Shift
    from engine.model.on_call import Rotation
    from engine.model.settings import Settings

COLUMNS = ("rotation", "staff", "from", "until", "note")
OVERRIDES = ("override", "rotation", "staff", "from", "until")
At = Annotated[
    str | None, typer.Option("--at", metavar="INSTANT", help="As of then (default: now).")
]
Weeks = Annotated[
    int, typer.Option("--weeks", parser=whole_number(52), metavar="N", help="How many weeks ahead.")
]
Who = Annotated[str, typer.Argument(metavar="STAFF", help="The ref of a member of staff.")]
From = Annotated[
    str, typer.Option("--from", metavar="INSTANT", help="Such as 2026-12-24T08:00, in local time.")
]
Until = Annotated[str, typer.Option("--until", metavar="INSTANT", help="When it ends.")]
Which = Annotated[
    str | None,
    typer.Option("--rotation", metavar="NAME", help="Which one, where there are several."),
]
Id = Annotated[int, typer.Argument(parser=whole_number(), metavar="ID", help="Its number.")]

app = typer.Typer(invoke_without_command=True)


@app.callback()
def oncall(
    context: typer.Context,
    config: ConfigFile = DEFAULT_CONFIG,
    at: At = None,
    weeks: Weeks = 1,
    format: ListFormat = Format.TABLE,
) -> None:
    """Show who is on call now, until when, and who is next; `override` changes it for a time."""
    if context.invoked_subcommand is not None:
        return
    from engine.store.people.staff import call_names

    settings = open_settings(config)
    instant = read_instant(at, settings.timezone) if at else now()
    with stored(settings) as database, database.read() as conn:
        rows = list(
            _rota(conn, settings, instant, weeks) if settings.on_call else _everybody(conn, instant)
        )
        called = call_names(conn) if format is Format.TABLE else {}
    show_rows(with_call_names(rows, called, at=(1,)), COLUMNS, format)


@app.command()
def override(
    staff: Who,
    began: From,
    until: Until,
    rotation: Which = None,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Put a person on call for a time, instead of the person whose turn it is."""
    from engine.flows.operations.on_call import override as put

    settings = open_settings(config)
    which = _rotation(settings, rotation)
    zone = which.timezone or settings.timezone
    first, last = read_instant(began, zone), read_instant(until, zone)
    with stored(settings) as database, database.write() as conn:
        made = put(conn, which.name, staff, first, last, now())
    since, end = local(first, zone), local(last, zone)
    say(
        {"override": made, "rotation": which.name, "staff": staff, "from": since, "until": end},
        f"Override {made}: {staff} is on call in {which.name} "
        f"from {since.isoformat()} until {end.isoformat()}.",
        format,
    )


@app.command()
def overrides(config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE) -> None:
    """List the overrides that are not over yet."""
    from engine.store.people.on_call import overrides as all_overrides

    settings = open_settings(config)
    zones = {one.name: one.timezone for one in settings.on_call}
    with stored(settings) as database, database.read() as conn:
        found = all_overrides(conn, now())
    rows = []
    for one in found:
        zone = zones.get(one.rotation) or settings.timezone
        rows.append(
            (one.id, one.rotation, one.staff, local(one.began, zone), local(one.ended, zone))
        )
    show_rows(rows, OVERRIDES, format)


@app.command()
def remove(
    number: Id, config: ConfigFile = DEFAULT_CONFIG, format: SayFormat = TextFormat.TEXT
) -> None:
    """Take an override back."""
    from engine.flows.operations.on_call import remove_override

    with stored(open_settings(config)) as database, database.write() as conn:
        remove_override(conn, number, now())
    say({"override": number, "removed": True}, f"Override {number} is taken back.", format)


def _rota(
    conn: Connection, settings: Settings, at: Instant, weeks: int
) -> Iterator[tuple[object, ...]]:
    from engine.calendar.on_call import WEEK_US, shifts
    from engine.flows.operations.on_call import arranged
    from engine.store.people.on_call import overrides as all_overrides

    made = all_overrides(conn, at)
    for rotation in arranged(conn, settings.on_call, now()):
        zone = rotation.timezone or settings.timezone
        for shift in shifts(rotation, made, at, at + weeks * WEEK_US):
            if shift.off_hours and shift.began > at:
                continue
            notes = [f"override {shift.override}"] if shift.override else []
            notes += _hindered(conn, shift, max(at, shift.began))
            yield (
                rotation.name,
                shift.staff,
                local(shift.began, zone),
                local(shift.ended, zone),
                ", ".join(notes),
            )


def _hindered(conn: Connection, shift: Shift, at: Instant) -> list[str]:
    from engine.flows.escalation.recipients import RecipientResolver
    from engine.presentation.notify_words import in_words

    if shift.staff is None:
        return ["nobody: outside its hours" if shift.off_hours else "nobody: it has not begun"]
    reach = RecipientResolver(conn, at)
    one = reach.with_ref(shift.staff)
    if one is None:
        return ["not among the staff"]
    stand_in = reach.stand_in(one.id)
    decision = reach.decide(one)
    notes = [] if decision.allowed else [in_words(decision.reason)]
    return [*notes, f"{stand_in.shown} stands in"] if stand_in else notes


def _everybody(conn: Connection, at: Instant) -> Iterator[tuple[object, ...]]:
    """Yield the staff with the role, if there is no rotation."""
    from engine.flows.escalation.recipients import RecipientResolver

    for one in RecipientResolver(conn, at).on_call():
        yield None, one.staff.ref, None, None, "has the role; config.yaml has no rotation"


def _rotation(settings: Settings, name: str | None) -> Rotation:
    known = {one.name: one for one in settings.on_call}
    if not known:
        raise UserError(
            "config.yaml has no rotation under on_call:, so there is nothing to override."
        )
    if name is None and len(known) > 1:
        raise UserError(
            f"There are several rotations; say which with --rotation: {', '.join(known)}."
        )
    if name is not None and name not in known:
        raise UserError(f"There is no rotation {name}; there are {', '.join(known)}.")
    return known[name or next(iter(known))]
