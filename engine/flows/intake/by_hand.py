"""A row of the roster that a person enters: it passes the rules of rows of files."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.errors import UserError
from engine.flows.intake.batch_intake import BatchIntake
from engine.flows.intake.roster_outcome import IN_A_MAPPING
from engine.model.audit_action import AuditAction
from engine.model.entry import SOURCE
from engine.model.instant import Instant
from engine.model.intake import Batch, RosterRow
from engine.store.database.connection import Database
from engine.store.intake import list_rows
from engine.store.operations import audit_log
from engine.store.people import roster


class RowRefusedError(UserError):
    """A row of the roster cannot be taken, so nothing of it is kept."""


def take_row(
    conn: Connection, database: Database, row: RosterRow, timezone: str, actor: str, now: Instant
) -> None:
    """Put a row into the roster and into the audit trail.

    Args:
        conn: The transaction; a refused row leaves changes in it that must not be committed.
        database: The database of the transaction.
        row: What the person entered.
        timezone: The site's timezone.
        actor: Who enters it, as the audit trail names them.
        now: The present instant.

    Raises:
        RowRefusedError: A file holds the row, or its values cannot be taken.
    """
    key = row.list_key
    if row.kind in {"assignments", "consents"}:
        key = key.rpartition("\x1f")[0]  # whatever its beginning
    owner = list_rows.owner(conn, row.kind, key)
    if owner is not None:
        source, file = owner
        raise RowRefusedError(
            f"this row comes from {file} of the source {source}; change it there, because the "
            "file would change it back"
        )
    batch = Batch(SOURCE, None, roster=(row,))
    _, rejected = BatchIntake(database, SOURCE, timezone, now).store(conn, batch)
    if rejected:
        # What a mapping could do about it helps nobody who enters a row.
        raise RowRefusedError(rejected[0].reason.removesuffix(f" {IN_A_MAPPING}"))
    audit_log.record(
        conn, at=now, actor=actor, action=AuditAction.ROSTER_CHANGED,
        subject=_subject(conn, row), detail={"roster": row.kind},
    )  # fmt: skip


def _subject(conn: Connection, row: RosterRow) -> str:
    if row.kind == "staff":
        ref = row.values["ref"] or ""
        return f"staff {roster.find_staff(conn, [ref])[ref]}"
    ref = row.values["ref" if row.kind == "clients" else "client"] or ""
    return f"client {roster.find_clients(conn, [ref])[ref].id}"
