"""`handrail sources`: how each source fares, a trial of one, and the beginning of a new one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, FOUND, ConfigFile, open_settings, stored
from engine.cli.printing import (
    Format,
    ListFormat,
    SayFormat,
    TextFormat,
    say,
    show_json,
    show_rows,
)
from engine.errors import UserError
from engine.model.duration import Duration, write_elapsed
from engine.model.instant import SECOND_US
from engine.model.nearest_word import did_you_mean
from engine.model.plurals import counted
from engine.model.printable import printable
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from engine.model.settings import Settings
    from engine.ports import AnySource

COLUMNS = (
    "source", "type", "state", "last_read", "last_new", "lag", "waiting", "rejects", "next",
)  # fmt: skip
_SHOWN = 5  # reasons that a trial prints
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a source.")]

app = typer.Typer(invoke_without_command=True)


@app.callback()
def sources(
    context: typer.Context,
    config: ConfigFile = DEFAULT_CONFIG,
    format: ListFormat = Format.TABLE,
) -> None:
    """List the sources: when each was last read, how much waits, and when it is next asked."""
    if context.invoked_subcommand is not None:
        return
    from engine.flows.operations.source_states import source_states
    from engine.ports import ReceivingSource

    settings = open_settings(config)
    opened = [_open(settings, each.name) for each in settings.sources]
    calls_us = frozenset(each.name for each in opened if isinstance(each, ReceivingSource))
    zone = settings.timezone
    with stored(settings) as database:
        found = source_states(database, settings, calls_us, now())
    show_rows(
        (
            (
                one.name,
                one.type,
                f"{one.condition}: {one.why}" if one.why else one.condition.value,
                one.read_at and local(one.read_at, zone),
                one.arrived_at and local(one.arrived_at, zone),
                None if one.lag is None else write_elapsed(_whole_seconds(one.lag)),
                one.waiting,
                one.rejects,
                one.next_at and local(one.next_at, zone),
            )
            for one in found
        ),
        COLUMNS,
        format,
    )


@app.command("test")
def try_source(
    name: Name, config: ConfigFile = DEFAULT_CONFIG, format: SayFormat = TextFormat.TEXT
) -> None:
    """Reach a source, read its first rows through the mapping, and write nothing."""
    from engine.flows.intake.ingest import why_unread
    from engine.flows.operations.source_states import client_refs, first_batch
    from engine.ports import CalledSource, ClientSource
    from engine.store.database.connection import Database

    settings = open_settings(config)
    source = _open(settings, name)
    if isinstance(source, CalledSource):
        source.read_secrets(os.environ)
    reached, said = next(each for each in settings.sources if each.name == name).examine()
    if not reached:
        raise UserError(said)
    file = settings.database_file
    database = Database.existing(settings.database) if not file or file.exists() else None
    try:
        batch = first_batch(database, source, now())
        clients = client_refs(database) if isinstance(source, ClientSource) else None
    except OSError as error:
        raise UserError(f"The source {name} cannot be read: {why_unread(error)}.") from None
    finally:
        if database:
            database.close()
    if batch is None:
        nothing = "There is nothing to read yet"
        if clients is not None:  # a wrong `client:` or an empty roster looks like this too
            nothing += f" about the {counted(len(clients), 'client')} of the roster"
        say({"source": name, "rows": 0}, f"{said} {nothing}.", format)
        return
    made, wrong = len(batch.events) + len(batch.roster), len(batch.rejects)
    events, people = counted(len(batch.events), "event"), counted(len(batch.roster), "person row")
    lines = [
        f"{said} The first {counted(batch.rows, 'row')} of {batch.item}: {events}, {people}, "
        f"{batch.skipped} skipped, {wrong} that cannot be read. Nothing was written."
    ]
    lines += [f"  line {each.line}: {each.reason}" for each in batch.rejects[:_SHOWN]]
    counts = {"source": name, "rows": batch.rows, "made": made, "rejects": wrong}
    say(counts, "\n".join(lines), format)
    if wrong:
        raise typer.Exit(FOUND)


@app.command()
def key(format: SayFormat = TextFormat.TEXT) -> None:
    """Make a key for a sender that posts, and the digest of it for `bearer:`."""
    from hashlib import sha256
    from secrets import token_urlsafe

    made = token_urlsafe(32)
    digest = sha256(made.encode()).hexdigest()
    said = (
        f"{made}\nGive this key to the sender; it is shown once. Write its digest under http: of "
        f"the source:\n  bearer: [{digest}]\nTwo digests may stand there, while one key is changed "
        "for the other."
    )
    say({"key": made, "bearer": digest}, said, format)


@app.command()
def openapi(name: Name, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Print the OpenAPI description of a source that is posted to, made from its mapping."""
    from engine.ports import CalledSource

    source = _open(open_settings(config), name)
    if not isinstance(source, CalledSource):
        raise UserError(f"Nobody posts to the source {name}.")
    show_json(source.openapi(), indent=2)


@app.command()
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file of the export.")],
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Write a first mapping of a file by its columns and their values; you finish it."""
    from connectors import registry

    draft = registry.draft(file)
    if format is TextFormat.JSON:
        say({"mapping": draft.text}, draft.said, format)
        return
    print(printable(draft.text.rstrip("\n")))  # so that `>` writes the mapping alone
    print(printable(draft.said), file=sys.stderr)


def _whole_seconds(lag: Duration) -> Duration:
    return max(lag, 0) // SECOND_US * SECOND_US


def _open(settings: Settings, name: str) -> AnySource:
    from connectors import registry

    for each in settings.sources:
        if each.name == name:
            return registry.source(each.type).open_source(each, settings.kinds, finished=True)
    names = [each.name for each in settings.sources]
    raise UserError(f"There is no source '{name}'{did_you_mean(name, names)}")
