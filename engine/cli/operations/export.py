"""`handrail export`: everything about one client in a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.errors import UserError
from engine.model.plurals import counted

Client = Annotated[str, typer.Argument(metavar="CLIENT", help="The client's ref.")]
By = Annotated[
    str, typer.Option("--by", metavar="STAFF", help="Who asks for it: a supervisor or admin.")
]
Out = Annotated[
    Path, typer.Option("--out", metavar="FILE", help="The new file: .json for programs, or .html.")
]
To = Annotated[
    str | None,
    typer.Option("--to", metavar="WHOM", help="Who outside gets it, which makes it a disclosure."),
]


def export(
    client: Client, by: By, out: Out, to: To = None, config: ConfigFile = DEFAULT_CONFIG
) -> None:
    """Write everything that the database holds about a client into a file, and record it."""
    from engine.flows.operations.client_export import export as collect

    if out.suffix not in {".json", ".html"}:
        raise UserError("The name of the file must end in .json or .html.")
    with stored(open_settings(config)) as database, database.write() as conn:
        found = collect(conn, client, by, to, now())
        # Inside, so that nothing is on record if the file cannot be written.
        _write(out, _text(found._asdict(), out.suffix))
    rows = sum(map(len, found.tables.values()))
    print(f"{out} holds {counted(rows, 'row')} of {counted(len(found.tables), 'table')}.")
    if to is None:
        typer.echo("Before it leaves the house, export it again with --to WHOM.", err=True)


def _text(found: dict[str, object], suffix: str) -> str:
    if suffix == ".json":
        import json

        return json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    from engine.presentation.export_page import export_page

    return export_page(**found)  # type: ignore[arg-type]


def _write(file: Path, text: str) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UserError(f"{file} exists, and no file is overwritten; name another one.") from None
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}.") from None
    with open(descriptor, "w", encoding="utf-8") as written:
        written.write(text)
