"""Files that are nothing but files: links, pipes and devices are passed over."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from engine import regular_file


def kind_of(path: Path) -> str | None:
    """Name the sort of thing at a path that is no regular file; None for a regular file.

    Raises:
        FileNotFoundError: nothing stands there.
    """
    return regular_file.kind_of(path.lstat().st_mode)


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading; nothing else is followed, waited for or read.

    Raises:
        OSError: it cannot be opened, or is no regular file.
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
