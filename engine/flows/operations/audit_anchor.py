"""The audit anchor: the head of the audit trail, kept outside the database.

The hash chain shows a changed row. It does not show that rows were cut off at the end, or that the
whole trail was written again. The head of the chain, kept elsewhere, shows both, because its hash
covers every row before it. The log has it daily. A file, which may lie on another machine, has it
every ten minutes in which the trail grew.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import structlog
from sqlalchemy import Connection

from engine.errors import HandrailError
from engine.model.audit_settings import AuditSettings
from engine.model.instant import DAY_US, MINUTE_US, Instant, from_us
from engine.store.operations import audit_log
from engine.store.operations.audit_log import TrailHead

EVERY_US = 10 * MINUTE_US
# Bytes of the end of the file that are read; an anchor is far shorter.
_LONGEST_LINE = 4096

_log = structlog.get_logger()


class AnchorError(HandrailError):
    """The anchor file does not hold what this Handrail wrote."""


class AuditAnchor:
    """Anchors the trail of one database, and compares the trail with its last anchor.

    Args:
        settings: Where the anchors are, and where the key is.
        environ: The environment, which may hold the key.

    Raises:
        UserError: The key is missing or empty.
    """

    def __init__(self, settings: AuditSettings, environ: Mapping[str, str]) -> None:
        self._file = settings.anchor
        self._key = settings.key.read(environ).encode() if settings.key else b""
        self._logged: tuple[int, TrailHead] | None = None  # on which day, and what

    def problem(self, conn: Connection) -> str | None:
        """Say why the trail is not the one that was anchored; None if it is, or if none was.

        `audit_log.verify` checks the rows before the anchor.
        """
        try:
            last = self._last()
        except AnchorError as error:
            return str(error)
        if last is None:
            return None
        at, anchored = last
        found = audit_log.hash_of(conn, anchored.id)
        if found == anchored.hash:
            return None
        became = "is gone" if found is None else "is another"
        return (
            f"row {anchored.id} of the audit trail {became} since it was anchored, "
            f"at {from_us(at).isoformat(timespec='minutes')} with {anchored.rows} rows; "
            f"if a backup was restored since, move {self._file} away"
        )

    def keep(self, conn: Connection, now: Instant, *, at_once: bool = False) -> None:
        """Log the head of the trail once a day, and append it to the file if that is due.

        A trail that is not the anchored one is not anchored again, so that the anchor stays true.

        Args:
            conn: A connection.
            now: The present instant.
            at_once: Whether to append it even if the last anchor is recent.
        """
        day = now // DAY_US
        logged_on, before = self._logged or (None, None)
        if logged_on != day and (head := audit_log.head(conn, before)) is not None:
            _log.info("audit trail", rows=head.rows, last=head.id, hash=head.hash)
            self._logged = (day, head)
        if self._file is None or self.problem(conn):
            return
        last = self._last()
        if last is not None and not at_once and 0 <= now - last[0] < EVERY_US:
            return
        newest = audit_log.head(conn, last[1] if last else None)
        if newest is not None and (last is None or newest.id != last[1].id):
            _append(self._file, self._line(now, newest))

    def _last(self) -> tuple[Instant, TrailHead] | None:
        line = _last_line(self._file) if self._file else None
        if line is None:
            return None
        try:
            written = json.loads(line)
            head = TrailHead(written["rows"], written["last"], written["hash"])
            at: Instant = written["at"]
            genuine = hmac.compare_digest(written["mac"], self._mac(at, head))
        except (ValueError, KeyError, TypeError):
            genuine = False
        if not genuine:
            said = "was not written by this Handrail and its key"
            raise AnchorError(f"the last line of the audit anchor {self._file} {said}")
        return at, head

    def _line(self, at: Instant, head: TrailHead) -> str:
        written = {"at": at, "rows": head.rows, "last": head.id, "hash": head.hash}
        return json.dumps({**written, "mac": self._mac(at, head)})

    def _mac(self, at: Instant, head: TrailHead) -> str:
        return hmac.new(self._key, json.dumps([at, *head]).encode(), sha256).hexdigest()


def _last_line(file: Path) -> str | None:
    try:
        with file.open("rb") as opened:
            opened.seek(max(0, opened.seek(0, os.SEEK_END) - _LONGEST_LINE))
            lines = opened.read().splitlines()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AnchorError(f"the audit anchor {file} cannot be read: {error.strerror}") from None
    return lines[-1].decode(errors="replace") if lines else None


def _append(file: Path, line: str) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with file.open("a") as opened:
            opened.write(f"{line}\n")
    except OSError as error:
        _log.error("audit anchor not written", file=str(file), error=error.strerror)
