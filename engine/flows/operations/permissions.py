"""Permissions: files with data or secrets that other accounts of the machine can read or write."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.model.secret import secrets_in
from engine.model.settings import Settings

_GROUP_AND_OTHERS = 0o077
_OTHERS = 0o007


def too_wide(settings: Settings, private: Sequence[Path] = ()) -> list[str]:
    """Return which files and folders are open to other accounts, one sentence each.

    The database, the outbox file and secret files belong to the service alone. Another account may
    drop files into an inbox as a member of its group, but no other may.
    """
    own = (*_own(settings), *private)
    found = [_sentence(path, _GROUP_AND_OTHERS) for path in own]
    found += [_sentence(path, _OTHERS) for path in _inboxes(settings)]
    return [sentence for sentence in found if sentence]


def _own(settings: Settings) -> Iterator[Path]:
    if (file := settings.database_file) is not None:
        yield from (Path(f"{file}{ending}") for ending in ("", "-wal", "-shm"))
        # An account that can write the folder can put another file in the place of the database.
        yield file.parent
    yield settings.sms.file
    yield from (secret.file for _, secret in secrets_in(settings) if secret.file is not None)


def _inboxes(settings: Settings) -> Iterator[Path]:
    yield from (source.inbox for source in settings.sources if source.inbox is not None)


def _sentence(path: Path, closed: int) -> str | None:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None  # it is missing, or not ours to look at; other checks say so
    if not mode & closed:
        return None
    return f"{path} is open to other accounts (mode {mode:o}); run chmod {mode & ~closed:o} {path}"
