"""Writing a rule file and its cases: both as they should be, or both as they were."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from engine.flows.rules.typed_files import cases_of
from engine.model.rule_draft import RuleFileTexts
from engine.model.settings import Settings

_READABLE = 0o644


def write(settings: Settings, file: str, before: RuleFileTexts, after: RuleFileTexts) -> None:
    """Put new texts in the place of a rule file and its cases.

    The cases come first, because nothing serves by them; the rule file then changes in one step. If
    that fails, the cases are put back.

    Args:
        settings: Where the rules are.
        file: The name of the rule file.
        before: The two files as they are now.
        after: As they should be; an empty text is no file.

    Raises:
        OSError: They cannot be written; they are as they were.
    """
    cases, rules = settings.rules / cases_of(file), settings.rules / file
    _replace(cases, before.cases, after.cases)
    try:
        _replace(rules, before.rules, after.rules)
    except OSError:
        with suppress(OSError):
            _replace(cases, after.cases, before.cases)
        raise
    _keep_names(settings.rules)


def _replace(path: Path, before: str, after: str) -> None:
    if before == after:
        return
    path = path.resolve()  # a link stays a link
    if not after:
        path.unlink()
        return
    # Readers pass over a name with a dot, and see the old file or the new one, never a part.
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as out:
            os.fchmod(out.fileno(), path.stat().st_mode & 0o777 if path.exists() else _READABLE)
            out.write(after)
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _keep_names(folder: Path) -> None:
    """Wait until the disk has the new names."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
