"""Regular files: links, pipes and devices are skipped."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from engine import regular_file


def kind_of(path: Path) -> str | None:
    """Name the kind of thing at a path that is no regular file; None for a regular file.

    Raises:
        FileNotFoundError: The path does not exist.
    """
    return regular_file.kind_of(path.lstat().st_mode)


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading, without following a link or waiting for a pipe.

    Raises:
        OSError: It cannot be opened, or is no regular file.
    """
    # A link may lead to a file that only this user may read, and a pipe without a writer blocks.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise
