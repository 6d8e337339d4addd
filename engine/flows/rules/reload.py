"""Accept changed rule files as a whole, or refuse them while the set before goes on serving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog
from sqlalchemy import Connection

from engine.errors import Mistake, MistakesError
from engine.flows.rules.missing_rules import kept_in_force, with_missing
from engine.flows.rules.question_texts import refused_texts
from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.model.plurals import counted
from engine.model.settings import Settings
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import from_texts, load, rule_files
from engine.store.database.connection import Database
from engine.store.operations import audit_log, refused_rules, rule_sets

ACTOR = "run"

_log = structlog.get_logger()


class RuleFiles:
    """The configured rule files, looked at again and again.

    A change counts once two looks in a row agree. A half-written file, or one that an editor is
    about to replace, is therefore left alone.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._taken = self._seen = self._look()

    def read(self) -> Rulebook:
        """Read the rules of the files.

        Raises:
            MistakesError: The files hold mistakes; it names all of them.
        """
        settings = self._settings
        rulebook = load(
            settings.rules, settings.kinds, settings.attributes, settings.routing, settings.plans
        )
        if refused := refused_texts(rulebook.plans):
            raise MistakesError(refused)
        return rulebook

    def stored(self, files: Mapping[str, str]) -> Rulebook:
        """Read the rules of a set that serves."""
        return from_texts(files, self._settings.kinds)

    def completed(self, conn: Connection, rulebook: Rulebook) -> Rulebook:
        """Add the live rules that serve and are in no file.

        Raises:
            MistakesError: They do not work beside these rules.
        """
        serving = rule_sets.serving(conn)
        return with_missing(rulebook, serving.files, self._settings) if serving else rulebook

    def changed(self) -> bool:
        """Return whether the files differ from those last handled, and agree with the last look."""
        before, self._seen = self._seen, self._look()
        return self._seen == before != self._taken

    def taken(self) -> None:
        """Note that the files of the last look are handled."""
        self._taken = self._seen

    def _look(self) -> object:
        try:
            plans = self._settings.plans
            files = rule_files(self._settings.rules)
            files += rule_files(plans) if plans.exists() else []
            return [(file, _state(file)) for file in files]
        except OSError as error:
            return error.errno


def _state(file: Path) -> tuple[int, ...]:
    stat = file.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def accept(conn: Connection, rulebook: Rulebook, now: Instant) -> bool:
    """Let these rules serve, for every daemon on the database.

    Returns:
        Whether the rules changed: False if this rule set served already.
    """
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


def accept_files(
    conn: Connection, files: RuleFiles, rulebook: Rulebook, now: Instant
) -> Mapping[str, int]:
    """Let the rules of the files serve, together with the live rules that the files have lost.

    Returns:
        How many rule sets were accepted and refused. A set is refused if the lost rules do not work
        beside it; the set before then goes on serving.
    """
    try:
        completed = files.completed(conn, rulebook)
    except MistakesError as error:
        return _refuse(conn, error.mistakes, now)
    return {"accepted": int(accept(conn, completed, now)), "refused": 0}


def take_up(database: Database, files: RuleFiles, now: Instant) -> Mapping[str, int]:
    """Accept or refuse the files if they changed since the last look.

    Returns:
        How many rule sets were accepted and refused. The log says why a set was refused, and the
        watchdog tells the admins.
    """
    if not files.changed():
        return {"accepted": 0, "refused": 0}
    files.taken()
    try:
        rulebook = files.read()
    except MistakesError as error:
        with database.write() as conn:
            return _refuse(conn, error.mistakes, now)
    with database.write() as conn:
        return accept_files(conn, files, rulebook, now)


def _refuse(conn: Connection, mistakes: Sequence[Mistake], now: Instant) -> Mapping[str, int]:
    refused_rules.record(conn, now, len(mistakes), mistakes[0][1])
    for mistake in mistakes:
        _log.error("rules refused", mistake=str(mistake))
    return {"accepted": 0, "refused": 1}


def lost(conn: Connection) -> str | None:
    """Say in a few words how many live rules and schedules are in no file; None if none is."""
    serving = rule_sets.serving(conn)
    number = len(kept_in_force(serving.files)) if serving else 0
    if not number:
        return None
    return f"{counted(number, 'rule')} in force {'is' if number == 1 else 'are'} in no file"


def refused(conn: Connection) -> str | None:
    """Say in a few words how many mistakes the rule files hold; None if they were accepted."""
    found = refused_rules.read(conn)
    if found is None:
        return None
    count = "1 mistake" if found.mistakes == 1 else f"{found.mistakes} mistakes"
    where = f", the first in line {found.line}" if found.line else ""
    return f"the rule files hold {count}{where}, and the rules before serve"
