"""Options and errors that commands share: the configuration, the database, numbers and ids."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import Mistake, UserError

if TYPE_CHECKING:
    from engine.model.settings import Settings
    from engine.store.database.connection import Database

# 0: done. 2: the user's mistake. 3: ours, an error that nothing caught.
FOUND = 1

DEFAULT_CONFIG = Path("config.yaml")
ConfigFile = Annotated[
    Path, typer.Option("--config", metavar="FILE", help="The configuration file.")
]


def whole_number(most: int | None = None) -> Callable[[object], int]:
    """Make a reader of whole numbers from 1 to `most` that explains its refusal in plain words."""

    def read(given: object) -> int:
        text = str(given)
        if not re.fullmatch("[0-9]{1,18}", text) or int(text) < 1 or (most and int(text) > most):
            raise typer.BadParameter(
                f"'{text}' is not a whole number from 1 {f'to {most}' if most else 'on'}"
            )
        return int(text)

    return read


def open_settings(config: Path) -> Settings:
    """Read the settings of a configuration file, and the secrets in the file `.env` beside it.

    Raises:
        MistakesError: A file holds mistakes; it names all of them.
    """
    from engine.config import load
    from engine.environment_file import read_environment

    read_environment(config.absolute().parent, os.environ)
    return load(config)


def settings_and_warnings(config: Path) -> tuple[Settings, list[Mistake]]:
    """Read the settings as `open_settings` does, and warn of what is probably a mistake in them.

    Raises:
        MistakesError: As `open_settings` raises it.
    """
    from engine.config import read
    from engine.environment_file import read_environment

    read_environment(config.absolute().parent, os.environ)
    return read(config)


@contextmanager
def stored(settings: Settings) -> Iterator[Database]:
    """Open the existing database, whose tables must be of this version, and close it afterwards.

    No command writes by a clock that differs from the server's.
    """
    from engine.cli.instants import now
    from engine.store.database.connection import Database
    from engine.store.database.server_clock import refuse_another

    database = Database.existing(settings.database)
    database.before_commit = lambda conn: refuse_another(conn, now())
    try:
        yield database
    finally:
        database.close()


def no_rule(wanted: str, known: Iterable[str]) -> UserError:
    """Return the error for a rule that does not exist; it names rules that share a word with it."""
    from engine.model.nearest_word import did_you_mean, nearest_word

    ids = sorted(known)
    words = set(re.findall("[a-z0-9]+", wanted.lower()))
    alike = [one for one in ids if words & set(one.split("-"))]
    if alike and not nearest_word(wanted, ids):
        named = " or ".join(f"'{one}'" for one in alike)
        return UserError(f"There is no rule '{wanted}'; did you mean {named}?")
    return UserError(f"There is no rule '{wanted}'{did_you_mean(wanted, ids)}")
