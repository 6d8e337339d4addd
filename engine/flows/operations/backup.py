"""Backup and restore: everything of a site in one file, verified by opening it.

The file is a SQLite database, whatever the site uses, and may be encrypted to a public key of age.
So a backup of either database can be restored into either.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyrage
from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, insert, inspect, select

from engine.errors import StoreUnavailableError, UserError
from engine.flows.escalation import operator_notices
from engine.flows.operations import private_file
from engine.messaging import operator_texts
from engine.model.audit_action import AuditAction
from engine.model.instant import Instant, from_us
from engine.model.message import MessageKind
from engine.store.database.connection import HEAD, Database
from engine.store.database.table_copy import (
    copy_rows,
    count_rows,
    damage_of,
    has_rows,
    into_file,
    the_only_user,
)
from engine.store.messages import reply_codes, restored_texts
from engine.store.operations import audit_log

_AGE = b"age-encryption.org/v1"
_SQLITE = b"SQLite format 3\0"
# Only backups have it, and a restored database has not.
_TAKEN = Table("backup", MetaData(), Column("taken_at", BigInteger, nullable=False))


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A backup or a restored database.

    Attributes:
        taken_at: The instant whose state it holds.
        rows: How many rows each table has.
        broken_at: The first row of the audit trail that was changed; None if the trail is whole.
    """

    taken_at: Instant
    rows: dict[str, int]
    broken_at: int | None


def new_key(path: Path) -> str:
    """Write a new secret key into a file that only its owner can read.

    Returns:
        The public key, to which backups are encrypted.

    Raises:
        UserError: The file exists or cannot be written.
    """
    key = pyrage.x25519.Identity.generate()
    public = str(key.to_public())
    private_file.write_new(path, f"# public key: {public}\n{key}\n")
    return public


def write(database: Database, path: Path, now: Instant, public_key: str | None) -> BackupReport:
    """Write a backup, open it, and only then give it its name.

    Args:
        database: The site's database; daemons go on using it. SQLite may have the tables of an
            earlier version, because a backup comes before an upgrade.
        path: The new file; only its owner can read it.
        now: The present instant.
        public_key: The age key that it is encrypted to; None for a plain file.

    Returns:
        The content of the backup, read from the file itself.

    Raises:
        UserError: The file exists or cannot be written, or the key is none.
    """
    recipient = _recipient(public_key) if public_key else None
    outdated = database.outdated()
    if outdated and database.dialect != "sqlite":
        raise UserError(
            f"{outdated} Before that, back it up with the Handrail that wrote it, or by pg_dump."
        )
    if path.exists():
        raise UserError(f"{path} exists, and no backup is overwritten; name another file.")
    with _beside(path) as room:
        plain, whole = room / "backup.db", room / "backup"
        os.close(os.open(plain, os.O_WRONLY | os.O_CREAT, 0o600))
        into_file(database, plain)
        _stamp(plain, now)
        report = _verified(plain)
        if recipient is None:
            plain.rename(whole)
        else:
            os.close(os.open(whole, os.O_WRONLY | os.O_CREAT, 0o600))
            pyrage.encrypt_file(str(plain), str(whole), [recipient])
        _to_disk(whole)
        whole.rename(path)
    if not outdated:
        with database.write() as conn:
            audit_log.record(
                conn, at=now, actor="terminal", action=AuditAction.BACKED_UP, subject="database",
                detail={"encrypted": recipient is not None},
            )  # fmt: skip
    return report


def restore(database: Database, path: Path, now: Instant, key: Path | None) -> BackupReport:
    """Fill an empty database from a backup, or leave it empty.

    The admins get a text, because texts since the backup may be sent again.

    Args:
        database: An empty database, with or without tables; no daemon uses it.
        path: The backup, of this version of Handrail or an earlier one.
        now: The present instant.
        key: The file of the secret key; None if the backup is not encrypted.

    Returns:
        The content of the restored database.

    Raises:
        UserError: The backup cannot be read, or the database is not empty.
        StoreUnavailableError: A daemon uses the database.
    """
    the_only_user(database)
    with _beside(path) as room, _upgraded(path, _opened(path, room, key)) as (backup, taken_at):
        database.upgrade()
        with backup.read() as source, database.write() as conn:
            if table := has_rows(conn):
                raise UserError(
                    f"The database {database.shown} is not empty: {table} has rows. Restore into a "
                    "new database, and then let the configuration name it."
                )
            rows = copy_rows(source, conn)
            broken_at = audit_log.verify(conn)
            _tell(conn, taken_at, now)
    return BackupReport(taken_at, rows, broken_at)


def _tell(conn: Connection, taken_at: Instant, now: Instant) -> None:
    """Let the carrier, the admins and the trail know that the database is an earlier one.

    The daemon that the backup was made of may have sent since what waited in it. So the carrier is
    asked about each such text before it goes, and no reply code that people may have got since
    names another alert.
    """
    doubted = restored_texts.doubt(conn, now)
    reply_codes.skip(conn, now)
    body = operator_texts.restored(f"{from_us(taken_at):%Y-%m-%d %H:%M} UTC")
    whom = operator_notices.admins(conn, now)
    operator_notices.tell(conn, whom, MessageKind.RESTORED, body, now)
    audit_log.record(
        conn, at=now, actor="terminal", action=AuditAction.RESTORED, subject="database",
        detail={"taken_at": taken_at, "texts_in_doubt": doubted},
    )  # fmt: skip


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Make a folder for unfinished files beside a path, and remove it with all that is in it."""
    try:
        with TemporaryDirectory(prefix=".handrail-", dir=path.parent) as name:
            yield Path(name)
    except OSError as error:
        raise UserError(f"{path} cannot be used: {error.strerror or error}.") from None


def _recipient(public_key: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(public_key.strip())
    except pyrage.RecipientError:
        raise UserError(
            f"'{public_key}' is no public key of age; it begins with age1. "
            "handrail backup-key FILE makes a pair."
        ) from None


def _stamp(plain: Path, now: Instant) -> None:
    with _sqlite(plain) as copy, copy.write() as conn:
        _TAKEN.create(conn)
        conn.execute(insert(_TAKEN), {"taken_at": now})


def _verified(plain: Path) -> BackupReport:
    """Open a backup that was just written, and read what it holds."""
    if damage := damage_of(plain):
        raise StoreUnavailableError(f"The backup is damaged ({damage}); is the disk whole?")
    with _sqlite(plain) as copy, copy.read() as conn:
        taken_at = conn.scalar(select(_TAKEN.c.taken_at)) or 0
        return BackupReport(taken_at, count_rows(conn), audit_log.verify(conn))


@contextmanager
def _sqlite(path: Path) -> Iterator[Database]:
    database = Database.open(f"sqlite:///{path}")
    try:
        yield database
    finally:
        # One file, without a log beside it that could be left behind.
        with database.engine.connect() as conn:
            conn.exec_driver_sql("PRAGMA journal_mode = DELETE")
        database.close()


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _opened(path: Path, room: Path, key: Path | None) -> Path:
    """Return a plain copy of a backup, which may be changed.

    Raises:
        UserError: It is no backup, or the key does not open it.
    """
    plain = room / "backup.db"
    try:
        with path.open("rb") as file:
            begins = file.read(len(_AGE))
        if begins.startswith(_AGE):
            if key is None:
                raise UserError(f"{path} is encrypted; name the file of its key with --key.")
            pyrage.decrypt_file(str(path), str(plain), [_identity(key)])
        elif begins.startswith(_SQLITE):
            shutil.copyfile(path, plain)
        else:
            raise UserError(f"{path} is no backup of Handrail.")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    except pyrage.DecryptError as error:
        raise UserError(
            f"{path} cannot be decrypted with {key} ({error}); use the key that it was made for."
        ) from None
    plain.chmod(0o600)
    if damage := damage_of(plain):
        raise UserError(f"{path} is damaged: {damage}. Use another backup.")
    return plain


def _identity(key: Path) -> pyrage.x25519.Identity:
    try:
        lines = key.read_text("utf-8").splitlines()
        secret = next(line for line in lines if line and not line.startswith("#"))
        return pyrage.x25519.Identity.from_str(secret.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The key {key} cannot be read: {error}.") from None
    except (StopIteration, pyrage.IdentityError):
        raise UserError(f"{key} holds no secret key of age.") from None


@contextmanager
def _upgraded(path: Path, plain: Path) -> Iterator[tuple[Database, Instant]]:
    """Open a plain copy of a backup with the tables of this version."""
    with _sqlite(plain) as backup:
        with backup.read() as conn:
            if not inspect(conn).has_table(_TAKEN.name):
                raise UserError(f"{path} is no backup of Handrail.")
            taken_at = conn.scalar(select(_TAKEN.c.taken_at)) or 0
        if (backup.version() or "") > HEAD:
            raise UserError(
                f"{path} was made by a later Handrail (tables {backup.version()}, here {HEAD}); "
                "restore it with that version."
            )
        backup.upgrade()
        yield backup, taken_at
