"""`handrail mute` and `unmute`: for a time nobody is told of a client, or of a rule's alerts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, SayFormat, TextFormat, say, show_rows
from engine.errors import UserError
from engine.model.written_instant import read_instant
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.model.rule import Rule
    from engine.model.settings import Settings

COLUMNS = ("mute", "client", "rule", "from", "until", "why")
Subject = Annotated[
    str | None, typer.Argument(metavar="CLIENT|RULE", help="A client's ref or a rule's id.")
]
Muted = Annotated[str, typer.Argument(metavar="CLIENT|RULE", help="What was muted.")]
Until = Annotated[
    str | None, typer.Option("--until", metavar="INSTANT", help="When it ends, in site time.")
]
Why = Annotated[str | None, typer.Option("--why", metavar="REASON", help="Why, in a few words.")]
By = Annotated[
    str | None, typer.Option("--by", metavar="STAFF", help="Who does it: the ref of a person.")
]


def mute(
    subject: Subject = None,
    until: Until = None,
    why: Why = None,
    by: By = None,
    config: ConfigFile = DEFAULT_CONFIG,
    format: ListFormat = Format.TABLE,
) -> None:
    """Mute a client or a rule for a time, or list all mutes.

    New alerts open and notify nobody until the end. Urgent alerts and texts of clients always do.
    """
    settings = open_settings(config)
    if subject is None:
        _list(settings, format)
        return
    if until is None or why is None:
        raise UserError("A mute needs its end and a reason: --until 2026-12-24T08:00 --why '...'.")
    from engine.flows.escalation.mutes import mute as begin

    ends = read_instant(until, settings.timezone)
    with stored(settings) as database, database.write() as conn:
        made = begin(conn, subject, ends, why, by, _rules(conn, settings), now())
    end = local(made.ended, settings.timezone).isoformat()
    typer.echo(f"{subject} is muted until {end}. Urgent alerts and texts of clients still notify.")


def unmute(
    subject: Muted, config: ConfigFile = DEFAULT_CONFIG, format: SayFormat = TextFormat.TEXT
) -> None:
    """End a mute now, and tell people of alerts that are still open."""
    from engine.flows.escalation.mutes import unmute as end

    settings = open_settings(config)
    with stored(settings) as database, database.write() as conn:
        number = end(conn, subject, _rules(conn, settings).keys(), now())
    say({"muted": subject, "ended": number}, f"{subject} is no longer muted.", format)


def _list(settings: Settings, format: Format) -> None:
    from engine.store.alerts.mutes import lasting
    from engine.store.people.roster import refs_of

    with stored(settings) as database, database.read() as conn:
        found = lasting(conn, now())
        refs = refs_of(conn, [one.client_id for one in found if one.client_id is not None])
    zone = settings.timezone
    rows = [
        (
            one.id,
            refs.get(one.client_id or 0),
            one.rule_id,
            local(one.began, zone),
            local(one.ended, zone),
            one.why,
        )
        for one in found
    ]
    show_rows(rows, COLUMNS, format)


def _rules(conn: Connection, settings: Settings) -> Mapping[str, Rule]:
    from engine.rulebook.parsing.load import from_texts
    from engine.store.operations.rule_sets import serving

    rule_set = serving(conn)
    if rule_set is None:
        raise UserError("No rules have ever served; start handrail run.")
    return from_texts(rule_set.files, settings.kinds).rules
