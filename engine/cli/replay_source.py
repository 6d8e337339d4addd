"""The option `--archive`: read clients and events from an archive instead of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeVar

import typer

from engine.errors import UserError

if TYPE_CHECKING:
    from engine.flows.replay.workers import PartContext, Work
    from engine.store.intake.archive import Archive

Replay = TypeVar("Replay")
Result = TypeVar("Result")
ArchiveFolder = Annotated[
    Path | None,
    typer.Option(
        "--archive", metavar="DIR", help="Read clients and events from this archive (see archive)."
    ),
]


Workers = Annotated[
    str | None,
    typer.Option(
        "--workers",
        metavar="N|ADDRESS",
        help="Replay the archive's parts in so many processes, or on a Dask cluster (tcp://…).",
    ),
]


@contextmanager
def needs_extra() -> Iterator[None]:
    """Say what to install if a library that reads archives or spreads work is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        extra = {"pyarrow": "archive", "distributed": "workers"}.get(str(error.name))
        if extra is None:
            raise
        raise UserError(f"This needs {error.name}; pip install 'handrail[{extra}]'.") from None


class ReplaySource(NamedTuple):
    """Where a study reads clients: an archive, perhaps by workers; None for the database."""

    archive: Archive | None
    workers: str | None


def replay_source(folder: Path | None, workers: str | None = None) -> ReplaySource:
    """Open the archive that was named, if one was.

    Raises:
        UserError: The folder holds no archive, a library is missing, or workers have no archive.
    """
    if folder is None:
        if workers is not None:
            raise UserError("--workers replays the parts of an archive; name it with --archive.")
        return ReplaySource(None, None)
    with needs_extra():
        from engine.store.intake.archive import Archive
    return ReplaySource(Archive.open(folder), workers)


def replayed_by_workers(
    source: ReplaySource, database: str, work: Work[PartContext[Replay], Result], replay: Replay
) -> Iterator[Result]:
    """Let the workers replay every part of the archive, and yield the results in their order."""
    with needs_extra():
        from engine.flows.replay.workers import PartContext, over_parts, workers
    archive = source.archive
    assert archive is not None
    assert source.workers is not None
    with workers(source.workers) as client:
        context = PartContext(archive, database, replay)
        yield from over_parts(client, work, context, sorted(archive.states))
