"""`handrail import`: reads the configured sources, or some files through their mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, FOUND, ConfigFile, open_settings, whole_number
from engine.cli.printing import Format, ListFormat, show_rows
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.flows.intake.batch_intake import IngestCounts
    from engine.model.intake import Batch
    from engine.model.settings import Settings
    from engine.ports import AnySource, FileSource
    from engine.store.database.connection import Database

_COUNTED = ("rows", "new", "duplicates", "corrected", "withdrawn", "skipped", "rejected")
T = TypeVar("T")
Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILE]...", help="Only these files.", show_default=False),
]
Explain = Annotated[
    bool,
    typer.Option(
        "--explain", help="Take nothing; say what the mapping makes of a record, and why."
    ),
]
OfSource = Annotated[
    str | None,
    typer.Option("--source", metavar="NAME", help="Explain by this source's mapping."),
]
Line = Annotated[
    int | None,
    typer.Option(
        "--line", parser=whole_number(), metavar="N", help="Explain this line (default: the first)."
    ),
]


def import_(
    files: Files = None,
    accept_gone: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="Then end what is gone from this source's files, however much it is.",
            show_default=False,
        ),
    ] = None,
    explain: Explain = False,
    source: OfSource = None,
    line: Line = None,
    config: ConfigFile = DEFAULT_CONFIG,
    format: ListFormat = Format.TABLE,
) -> None:
    """Read all that is new in the sources, or in some files alone; exit 1 where a row was rejected.

    Nothing is evaluated: the daemon does that, or handrail run --once.
    """
    if explain:
        from engine.cli.intake.explain_import import explain_files

        explain_files(files or [], source, line, config, format)
        return
    if source is not None or line is not None:
        raise UserError("--source and --line belong to --explain.")
    from engine.model.plurals import counted
    from engine.store.database.connection import Database

    settings = open_settings(config)
    sources = _sources(settings, [path.absolute() for path in files or ()])
    database = Database.ready(settings.database)
    try:
        rows = [
            row
            for source, counts in _read(database, sources, settings.timezone)
            for row in _rows(source, counts)
        ]
        ended = _accept_gone(database, sources, accept_gone) if accept_gone else None
    finally:
        database.close()
    if ended is not None:
        typer.echo(f"{counted(ended, 'row')} that {'is' if ended == 1 else 'are'} gone ended.")
    if not rows and format is Format.TABLE:
        typer.echo("There is nothing new.")
        return
    show_rows(rows, ("source", "file", "read", *_COUNTED[1:]), format)
    if rejected := sum(int(str(row[-1])) for row in rows):
        typer.echo(
            f"{counted(rejected, 'row')} {'was' if rejected == 1 else 'were'} rejected; "
            "handrail rejects tells why.",
            err=True,
        )
        raise typer.Exit(FOUND)


def _accept_gone(database: Database, sources: Sequence[AnySource], name: str) -> int:
    from engine.flows.intake.lists import accept_gone

    if name not in {source.name for source in sources}:
        raise UserError(f"--accept-gone: there is no source {name}.")
    return accept_gone(database, name, now())


def _sources(settings: Settings, files: Sequence[Path]) -> Sequence[AnySource]:
    """Return the sources, or only the ones of these files, limited to these files."""
    from connectors import registry
    from engine.ports import FileSource

    if not settings.sources:
        raise UserError(
            "The configuration names no sources; "
            "write at least one under sources: (docs/sources.md)."
        )
    # A person who imports by hand says that the files are finished.
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


def _read(
    database: Database, sources: Sequence[AnySource], timezone: str
) -> Iterator[tuple[AnySource, Mapping[str, IngestCounts]]]:
    """Read the rosters of all sources, then the rest; yield each source with its counts."""
    from engine.cli.progress import progress
    from engine.flows.intake.ingest import SourceReading
    from engine.ports import FileSource

    sizes = [_unless_unread(each, each.size) for each in sources if isinstance(each, FileSource)]
    done: dict[tuple[str, str], int] = {}
    with progress("Importing", sum(sizes)) as advance:

        def move(source: str, batch: Batch) -> None:
            advance(batch.done - done.get((source, batch.item), 0))
            done[source, batch.item] = batch.done

        at = now()
        readings = [
            SourceReading(database, each, timezone, at, partial(move, each.name))
            for each in sources
        ]
        for reading in readings:
            _unless_unread(reading.source, reading.take_roster)
        for reading in readings:
            yield reading.source, _unless_unread(reading.source, reading.take_events)


def _unless_unread(source: AnySource, read: Callable[[], T]) -> T:
    from engine.flows.intake.ingest import why_unread

    try:
        return read()
    except OSError as error:
        raise UserError(f"The source {source.name} cannot be read: {why_unread(error)}.") from None


def _rows(source: AnySource, counts: Mapping[str, IngestCounts]) -> Iterator[Sequence[object]]:
    for item, of_item in counts.items():
        yield source.name, item, *(getattr(of_item, name) for name in _COUNTED)
