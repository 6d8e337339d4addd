"""`handrail backup`, `backup-key` and `restore`: everything of a site in one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, FOUND, ConfigFile, open_settings
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from engine.flows.operations.backup import BackupReport

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]
KeyFile = Annotated[Path, typer.Argument(metavar="FILE", help="The new file of the secret key.")]
To = Annotated[
    str | None,
    typer.Option("--to", metavar="KEY", help="Encrypt it to this public key (age1…)."),
]
Key = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help="The file of the secret key, if it is encrypted."),
]


def backup(file: File, config: ConfigFile = DEFAULT_CONFIG, to: To = None) -> None:
    """Write all that the database holds into FILE, while the daemon runs, and open it to verify it.

    It holds everything about the clients: encrypt it, unless the disk is.
    """
    from engine.flows.operations.backup import write
    from engine.store.database.connection import Database

    database = Database.existing(open_settings(config).database, of_any_version=True)
    try:
        report = write(database, file, now(), to)
    finally:
        database.close()
    print(f"{file} is written and was opened: {_counts(report)}.")
    if to is None:
        typer.echo("It is not encrypted; --to KEY encrypts it (see handrail backup-key).", err=True)
    _complain(report)


def backup_key(file: KeyFile) -> None:
    """Make a pair of keys: the secret one goes into FILE, the public one is printed.

    Keep FILE away from the machine that makes the backups. Without it no backup opens.
    """
    from engine.flows.operations.backup import new_key

    public = new_key(file)
    print(f"The secret key is in {file}. Keep it elsewhere, and twice.")
    print(f"handrail backup FILE --to {public}")


def restore(file: File, config: ConfigFile = DEFAULT_CONFIG, key: Key = None) -> None:
    """Fill the new, empty database that the configuration names from a backup.

    Either kind of database takes a backup of either kind.
    """
    from engine.flows.operations.backup import restore as fill
    from engine.store.database.connection import Database

    settings = open_settings(config)
    database = Database.open(settings.database)
    try:
        report = fill(database, file, now(), key)
    finally:
        database.close()
    taken = local(report.taken_at, settings.timezone)
    print(f"The database {database.shown} is that of {taken:%Y-%m-%d %H:%M}: {_counts(report)}.")
    print("Start the daemon: it reads the sources again, and tells people what is new.")
    _complain(report)


def _counts(report: BackupReport) -> str:
    rows = report.rows
    return (
        f"{rows['clients']:,} clients, {rows['events']:,} events, {rows['alerts']:,} alerts, "
        f"{rows['audit']:,} rows of the audit trail"
    )


def _complain(report: BackupReport) -> None:
    if report.broken_at is not None:
        typer.echo(
            f"The audit trail was changed at row {report.broken_at}. See handrail doctor.", err=True
        )
        raise typer.Exit(FOUND)
