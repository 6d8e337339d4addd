"""Files that are nothing but files: links, pipes and devices are passed over."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def kind_of(path: Path) -> str | None:
    """Say what stands at a path that is no regular file; None for a regular file.

    Raises:
        FileNotFoundError: nothing stands there.
    """
    mode = path.lstat().st_mode
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISLNK(mode):
        return "a link"
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a pipe" if stat.S_ISFIFO(mode) else "a device"


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
