"""`handrail run`: the daemon."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.common import DEFAULT_CONFIG, ConfigFile, open_settings
from engine.errors import HandrailError

Once = Annotated[bool, typer.Option("--once", help="Step every flow once, and end.")]


def run(config: ConfigFile = DEFAULT_CONFIG, once: Once = False) -> None:
    """Read events, judge them by the rules and tell people, until SIGTERM or Ctrl-C."""
    import sys

    from engine import daemon, logs
    from engine.app import SystemClock, wire

    settings = open_settings(config)
    logs.set_up(settings.log.format, settings.log.level)
    engine = wire(settings, SystemClock(), sys.stdout)
    try:
        if not once:
            daemon.run(engine)
        elif not daemon.step_once(engine):
            raise typer.Exit(HandrailError.exit_code)
    finally:
        engine.close()
