"""`handrail audit`: the audit trail, and whether it is the one that was written."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, FOUND, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, show_rows
from engine.model.instant import DAY_US
from engine.model.written_instant import read_instant

COLUMNS = ("row", "at", "actor", "action", "subject", "detail")
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE", help="Only from then on (default: the last 7 days)."),
]
Client = Annotated[
    str | None, typer.Option("--client", metavar="CLIENT", help="Only rows about this client.")
]


def audit(
    since: Since = None,
    client: Client = None,
    config: ConfigFile = DEFAULT_CONFIG,
    format: ListFormat = Format.TABLE,
) -> None:
    """List the audit trail, and verify all of it: its chain, and its end by the anchor.

    The exit code is 1 if the trail is not the one that was written. JSON and CSV have each row's
    hash, too.
    """
    from engine.flows.operations.audit_anchor import AuditAnchor
    from engine.presentation.local_clock import local
    from engine.store.operations import audit_log, trail_rows
    from engine.store.people import named_clients

    settings = open_settings(config)
    first = read_instant(since, settings.timezone) if since else now() - 7 * DAY_US
    with stored(settings) as database, database.read() as conn:
        known = named_clients.find(conn, client) if client else None
        found = trail_rows.since(conn, first, known.id if known else None)
        broken = audit_log.verify(conn)
        cut = AuditAnchor(settings.audit, os.environ).problem(conn)
    hashed = format is not Format.TABLE
    rows = (
        (one.id, local(one.at, settings.timezone), one.actor, one.action, one.subject,
         ", ".join(f"{name}: {said}" for name, said in one.detail.items()),
         *((one.hash,) if hashed else ()))
        for one in found
    )  # fmt: skip
    show_rows(rows, (*COLUMNS, "hash") if hashed else COLUMNS, format)
    faults = [f"The chain is broken at row {broken}."] if broken is not None else []
    faults += [f"{cut[0].upper()}{cut[1:]}."] if cut else []
    typer.echo("\n".join(faults) or _whole(anchored=settings.audit.anchor is not None), err=True)
    if faults:
        raise typer.Exit(FOUND)


def _whole(*, anchored: bool) -> str:
    return "The trail is whole, and " + (
        "its end is the one that was anchored."
        if anchored
        else "only an anchor would show that its end is there (audit: anchor:)."
    )
