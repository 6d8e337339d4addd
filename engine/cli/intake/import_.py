"""`handrail import`: all that the configured sources hold, or just some files, through their mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, FOUND, ConfigFile, open_settings
from engine.cli.printing import Format, ListFormat, show_rows
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.flows.intake.ingest import IngestCounts
    from engine.model.settings import Settings
    from engine.ports import FileSource, Source
    from engine.store.database.connection import Database

_COUNTED = ("rows", "new", "duplicates", "corrected", "withdrawn", "skipped", "rejected")
Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILE]...", help="Only these files.", show_default=False),
]


def import_(
    files: Files = None,
    config: ConfigFile = DEFAULT_CONFIG,
    format: ListFormat = Format.TABLE,
) -> None:
    """Read all that is new in the sources, or in some files alone; exit 1 where a row was rejected.

    Nothing is evaluated: the daemon does that, or handrail run --once.
    """
    from engine.model.plurals import counted
    from engine.store.database.connection import Database

    settings = open_settings(config)
    sources = _sources(settings, [path.absolute() for path in files or ()])
    database = Database.ready(settings.database)
    try:
        rows = [
            row
            for source in sources
            for row in _rows(source, _read(database, source, settings.timezone))
        ]
    finally:
        database.close()
    if not rows and format is Format.TABLE:
        typer.echo("There is nothing new.")
        return
    show_rows(rows, ("source", "file", "read", *_COUNTED[1:]), format)
    if rejected := sum(int(str(row[-1])) for row in rows):
        typer.echo(
            f"{counted(rejected, 'row')} {'was' if rejected == 1 else 'were'} rejected; handrail rejects tells why.",
            err=True,
        )
        raise typer.Exit(FOUND)


def _sources(settings: Settings, files: Sequence[Path]) -> Sequence[Source]:
    """The sources, or those of them that the files are for, with these files alone."""
    from connectors import registry
    from engine.ports import FileSource

    if not settings.sources:
        raise UserError(
            "The configuration names no sources; "
            "write at least one under sources: (docs/sources.md)."
        )
    # Whoever imports by hand says that the files are finished.
    sources = [
        registry.source(each.type).open_source(each, settings.kinds, finished=True)
        for each in settings.sources
    ]
    if not files:
        return sources
    readers = [source for source in sources if isinstance(source, FileSource)]
    chosen: dict[str, list[Path]] = {}
    for path in files:
        chosen.setdefault(_source_for(path, readers), []).append(path)
    return [source.only(chosen[source.name]) for source in readers if source.name in chosen]


def _source_for(path: Path, sources: Sequence[FileSource]) -> str:
    if not path.is_file():
        raise UserError(f"There is no file {path}.")
    names = [source.name for source in sources if source.takes(path)]
    if not names:
        raise UserError(
            f"No source has a mapping for a file called {path.name}; "
            "see match: in the configuration."
        )
    if len(names) > 1:
        raise UserError(
            f"The sources {' and '.join(names)} both have a mapping for a file called {path.name}."
        )
    return names[0]


def _read(database: Database, source: Source, timezone: str) -> Mapping[str, IngestCounts]:
    from engine.cli.progress import progress
    from engine.flows.intake import ingest
    from engine.model.intake import Batch
    from engine.ports import FileSource

    done: dict[str, int] = {}
    try:
        size = source.size() if isinstance(source, FileSource) else 0
        with progress(f"Importing {source.name}", size) as advance:

            def move(batch: Batch) -> None:
                advance(batch.done - done.get(batch.item, 0))
                done[batch.item] = batch.done

            return ingest.read(database, source, timezone, now(), move)
    except OSError as error:
        raise UserError(
            f"The source {source.name} cannot be read: {ingest.why_unread(error)}."
        ) from None


def _rows(source: Source, counts: Mapping[str, IngestCounts]) -> Iterator[Sequence[object]]:
    for item, of_item in counts.items():
        yield source.name, item, *(getattr(of_item, name) for name in _COUNTED)
