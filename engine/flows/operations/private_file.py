"""A new file of a secret, which its owner alone can read."""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import UserError


def write_new(path: Path, text: str) -> None:
    """Write a secret into a new file.

    Raises:
        UserError: The file exists or cannot be written.
    """
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except FileExistsError:
        raise UserError(f"{path} exists, and no key is overwritten; name another file.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from None
