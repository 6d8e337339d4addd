"""Rules: what was changed in their files is accepted whole, or not at all while the set before goes on serving."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import structlog
from sqlalchemy import Connection

from engine.errors import MistakesError
from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.model.settings import Settings
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import from_texts, load, rule_files
from engine.store.database.connection import Database
from engine.store.operations import audit_log, refused_rules, rule_sets

ACTOR = "run"

_log = structlog.get_logger()


class RuleFiles:
    """The configured rule files, looked at again and again.

    A change counts when two looks in a row find the same, so that a file half written, or gone for the moment in
    which an editor puts another in its place, is not taken for what somebody means.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._taken = self._seen = self._look()

    def read(self) -> Rulebook:
        """The rules as they stand; MistakesError says all that is wrong with them."""
        settings = self._settings
        return load(settings.rules, settings.kinds, settings.attributes, settings.routing)

    def stored(self, files: Mapping[str, str]) -> Rulebook:
        """The rules of a set that serves, whoever accepted it."""
        return from_texts(files, self._settings.kinds)

    def changed(self) -> bool:
        """Whether they are not as they were when last taken, and are as at the last look."""
        before, self._seen = self._seen, self._look()
        return self._seen == before != self._taken

    def taken(self) -> None:
        """What was seen last is dealt with."""
        self._taken = self._seen

    def _look(self) -> object:
        try:
            return [(file, _state(file)) for file in rule_files(self._settings.rules)]
        except OSError as error:
            return error.errno


def _state(file: Path) -> tuple[int, ...]:
    stat = file.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def accept(conn: Connection, rulebook: Rulebook, now: Instant) -> bool:
    """Let these rules serve, for every daemon on the database; whether others did before."""
    before = rule_sets.serving(conn)
    accepted = rule_sets.accept(conn, rulebook.hash, rulebook.files, now)
    refused_rules.clear(conn)
    if before is not None and before.id == accepted:
        return False
    detail = {"before": before.id if before else None, "rules": len(rulebook.rules)}
    audit_log.record(
        conn,
        at=now,
        actor=ACTOR,
        action=AuditAction.RULES_ACCEPTED,
        subject=f"rule set {accepted}",
        detail=detail,
    )
    return True


def take_up(database: Database, files: RuleFiles, now: Instant) -> Mapping[str, int]:
    """Accept what was changed in the files since it was last looked for; how many sets were accepted and refused.

    Why a set was refused is in the log, and what is broken is the audit's to tell (flows/audit.py).
    """
    if not files.changed():
        return {"accepted": 0, "refused": 0}
    try:
        rulebook = files.read()
    except MistakesError as error:
        with database.write() as conn:
            refused_rules.record(conn, now, len(error.mistakes), error.mistakes[0][1])
        for mistake in error.mistakes:
            _log.error("rules refused", mistake=str(mistake))
        files.taken()
        return {"accepted": 0, "refused": 1}
    with database.write() as conn:
        accepted = accept(conn, rulebook, now)
    files.taken()
    return {"accepted": int(accepted), "refused": 0}


def refused(conn: Connection) -> str | None:
    """Say in a few words what is wrong with the rule files; None if they were accepted."""
    found = refused_rules.read(conn)
    if found is None:
        return None
    count = "1 mistake" if found.mistakes == 1 else f"{found.mistakes} mistakes"
    where = f", the first in line {found.line}" if found.line else ""
    return f"the rule files hold {count}{where}, and the rules before serve"
