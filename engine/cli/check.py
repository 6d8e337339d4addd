"""`handrail check`: rule files and the configuration, every mistake at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.common import DEFAULT_CONFIG, ConfigFile, open_settings
from engine.errors import Mistake, MistakesError

Paths = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[PATH]...", help="Rule files or folders (default: the configured folder)."),
]


def check(paths: Paths = None, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Read the configuration and the rules, and say all that is wrong with them."""
    from engine.model.kinds import BUILT_IN
    from engine.rulebook.load import load

    mistakes: list[Mistake] = []
    kinds, folders = BUILT_IN, paths or []
    # Rule files that are named can be tried without any configuration; one that is there tells the site's kinds.
    if config.exists() or not paths:
        try:
            settings = open_settings(config)
            kinds, folders = settings.kinds, folders or [settings.rules]
        except MistakesError as error:
            mistakes += error.mistakes
    rules = 0
    if folders:
        try:
            rules = len(load(folders, kinds).rules)
        except MistakesError as error:
            mistakes += error.mistakes
    if mistakes:
        raise MistakesError(mistakes)
    print(f"{rules} {'rule' if rules == 1 else 'rules'} checked: no mistakes")
