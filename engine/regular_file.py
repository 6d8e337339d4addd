"""Files that people name or drop: only regular ones are read, and never more than asked for."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

# The name of a path that is not a regular file.
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a link"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)


def kind_of(mode: int) -> str | None:
    """Name the kind of file that has this `st_mode`; None for a regular file."""
    if stat.S_ISREG(mode):
        return None
    return next((name for is_it, name in _KINDS if is_it(mode)), "a device")


def read_regular(path: Path, most: int) -> bytes:
    """Read a regular file, also through a link to one.

    A pipe blocks its reader until a program writes to it, and some devices never end. Neither is
    opened.

    Args:
        path: The file.
        most: How many bytes are read at most, so that a file that grows without end does no harm.

    Returns:
        The first `most` bytes of the file.

    Raises:
        OSError: It cannot be read, or is no regular file.
    """
    _refuse_others(path, path.stat().st_mode)
    # The path may lead to something else now: such an open must not wait either.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        _refuse_others(path, os.fstat(file.fileno()).st_mode)
        return file.read(most)


def _refuse_others(path: Path, mode: int) -> None:
    if kind := kind_of(mode):
        raise OSError(errno.EINVAL, f"it is {kind}, and only files are read", str(path))
