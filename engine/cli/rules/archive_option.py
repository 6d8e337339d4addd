"""The option `--archive`: read clients and events from an archive instead of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import UserError

if TYPE_CHECKING:
    from engine.store.intake.archive import Archive

ArchiveFolder = Annotated[
    Path | None,
    typer.Option(
        "--archive", metavar="DIR", help="Read clients and events from this archive (see archive)."
    ),
]


@contextmanager
def needs_pyarrow() -> Iterator[None]:
    """Say what to install if the library that reads and writes Parquet is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != "pyarrow":
            raise
        raise UserError("An archive needs pyarrow; pip install 'handrail[archive]'.") from None


def opened(folder: Path | None) -> Archive | None:
    """Open the archive that was named, if one was.

    Raises:
        UserError: The folder holds no archive, or pyarrow is missing.
    """
    if folder is None:
        return None
    with needs_pyarrow():
        from engine.store.intake.archive import Archive
    return Archive.open(folder)
