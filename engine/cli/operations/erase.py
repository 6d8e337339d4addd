"""`handrail erase`: let go of a client's data."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, FOUND, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, show_rows

Client = Annotated[str, typer.Argument(metavar="CLIENT", help="The client's ref.")]
By = Annotated[
    str,
    typer.Option("--by", metavar="STAFF", help="Who answers for it: a supervisor or admin."),
]
Reason = Annotated[
    str, typer.Option("--reason", metavar="WORDS", help="Why; the words stay, so name nobody.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it; without this, only say what would go.")]


def erase(
    client: Client,
    by: By,
    reason: Reason,
    yes: Yes = False,
    config: ConfigFile = DEFAULT_CONFIG,
    format: ListFormat = Format.TABLE,
) -> None:
    """Delete all data about a client for good, except what the law keeps.

    Without --yes nothing changes, and the exit code is 1.
    """
    from engine.flows.operations.client_erasure import erase as let_go

    with stored(open_settings(config)) as database:
        done = let_go(database, client, by, reason, now(), for_good=yes)
    rows = [
        (table, done.rows.get(table, 0), "blanked, and kept" if table in done.kept else "deleted",
         done.kept.get(table))
        for table in sorted({*done.rows, *done.kept})
    ]  # fmt: skip
    rows = [(table, n, did if n else "kept", why) for table, n, did, why in rows]
    show_rows(rows, ("table", "rows", "became", "why it is kept"), format)
    if not yes:
        typer.echo("Nothing is changed yet; --yes erases.", err=True)
        raise typer.Exit(FOUND)
    typer.echo(
        f"{client} is {done.tombstone} now. Take the client out of the sources, bring archives up "
        "to date, and delete the backups that hold the client when their time is over.",
        err=True,
    )
