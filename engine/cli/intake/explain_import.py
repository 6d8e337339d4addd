"""`handrail import --explain FILE`: which line of a mapping made what of a record, and why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from engine.cli.options import open_settings
from engine.cli.printing import Format, show_rows
from engine.errors import UserError
from engine.model.nearest_word import did_you_mean

if TYPE_CHECKING:
    from engine.model.explained_record import ExplainedRecord
    from engine.model.settings import Settings
    from engine.model.source_settings import Place
    from engine.ports import ExplainingSource

COLUMNS = ("file", "line", "mapping", "name", "outcome", "why")


def explain_files(
    files: Sequence[Path], source: str | None, line: int | None, config: Path, format: Format
) -> None:
    """Print what the mapping makes of one record of each file, and take nothing.

    Args:
        files: The files.
        source: The name of the source whose mapping counts; None for that which fits the name.
        line: The line of the record; None for the first one.
        config: The configuration file.
        format: How to write it.

    Raises:
        UserError: There is no such file, source or line.
    """
    settings = open_settings(config)
    if not files:
        raise UserError("--explain needs the name of a file.")
    lines = _MappingLines(config)
    for path in files:
        index, reader = _reader(settings, path.absolute(), source)
        found = list(_chosen(reader, path.absolute(), line))
        if not found:
            raise UserError(
                f"{path} has no record at line {line}." if line else f"{path} is empty."
            )
        if format is Format.TABLE:
            for record in found:
                _print(record, lines, index)
            continue
        show_rows(
            (
                (one.item, one.line, lines.of(index, step.place), step.name, step.outcome.value,
                 step.said)
                for one in found
                for step in one.steps
            ),
            COLUMNS,
            format,
        )  # fmt: skip


def _chosen(reader: ExplainingSource, path: Path, line: int | None) -> Iterator[ExplainedRecord]:
    """Yield the records at a line, or else the first ones, of each mapping that reads the file."""
    first: dict[str, int] = {}
    for record in reader.explain(path):
        if record.line == (first.setdefault(record.item, record.line) if line is None else line):
            yield record


def _print(record: ExplainedRecord, lines: _MappingLines, index: int) -> None:
    from engine.model.printable import printable

    typer.echo(printable(f"{record.item}, line {record.line}: {record.text}"))
    for step in record.steps:
        where = lines.of(index, step.place)
        typer.echo(printable(f"  {where}: {step.name}: {step.outcome}: {step.said}"))


def _reader(settings: Settings, path: Path, name: str | None) -> tuple[int, ExplainingSource]:
    """Return the source that explains a file, and its place among the sources."""
    from connectors import registry
    from engine.ports import ExplainingSource, FileSource

    if not path.is_file():
        raise UserError(f"There is no file {path}.")
    names = [each.name for each in settings.sources]
    if name is not None and name not in names:
        raise UserError(f"There is no source '{name}'{did_you_mean(name, names)}")
    for index, each in enumerate(settings.sources):
        if name not in {None, each.name}:
            continue
        source = registry.source(each.type).open_source(each, settings.kinds, finished=True)
        fits = name is not None or (isinstance(source, FileSource) and source.takes(path))
        if fits and isinstance(source, ExplainingSource):
            return index, source
        if name is not None:
            raise UserError(f"The source {name} cannot explain a file.")
    raise UserError(
        f"No source has a mapping for a file called {path.name}; see match: in the configuration, "
        "or name the source by --source."
    )


class _MappingLines:
    """The lines of the configuration at which parts of mappings stand."""

    def __init__(self, config: Path) -> None:
        from engine.yaml_source import YamlSource

        self._name = config.name
        self._root = YamlSource.read(config).root

    def of(self, index: int, place: Place) -> str:
        """Return the file and the line of a place in the item of a source."""
        from engine.config_mistakes import node_at

        mark = node_at(self._root, ("sources", index, *place), key=True).start_mark
        return f"{self._name}:{mark.line + 1}"
