"""The file `.env` beside config.yaml, which holds the secrets of a site."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

from engine.errors import Mistake, MistakesError
from engine.regular_file import read_regular

NAME = ".env"
_LARGEST = 1 << 16  # bytes; no site has as many secrets


def read_environment(folder: Path, environ: MutableMapping[str, str]) -> None:
    """Set the variables of the folder's file, if there is one; those that are set stay.

    Args:
        folder: The folder of config.yaml.
        environ: The variables to add to.

    Raises:
        MistakesError: A line is neither NAME=VALUE nor a comment, or the file cannot be read.
    """
    path = folder / NAME
    try:
        text = read_regular(path, _LARGEST).decode("utf-8")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise MistakesError([Mistake(str(path), 0, 0, f"cannot be read: {reason}")]) from None
    mistakes = []
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        # As in a file that shells read.
        name, equals, value = bare.removeprefix("export ").partition("=")
        if not equals or not name.isidentifier():
            # The line itself may be a secret, so it is not shown.
            mistakes.append(Mistake(str(path), number, 1, "must be NAME=VALUE, or begin with #"))
        else:
            environ.setdefault(name, _unquoted(value.strip()))
    if mistakes:
        raise MistakesError(mistakes)


def _unquoted(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
