"""`handrail doctor`: whether everything that people rely on works."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, FOUND, ConfigFile, open_settings
from engine.cli.printing import Format, ListFormat, show_rows
from engine.model.message import Way


def doctor(config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE) -> None:
    """Examine whether everything works; exit 1 if something is wrong."""
    from connectors import registry
    from engine.environment_file import NAME
    from engine.flows.operations.doctor import examine

    settings = open_settings(config)
    gateway = registry.gateway(settings.sms.gateway)
    carrier = partial(gateway.examine, settings.sms.own, os.environ)

    def waker(way: Way) -> Iterable[tuple[bool, str]]:
        return [registry.waker(way, settings, os.environ, now).examine()]

    wakers = {way.value: partial(waker, way) for way in registry.wakers_of(settings)}
    checks = list(examine(settings, now(), carrier, [config.absolute().parent / NAME], wakers))
    rows = [(check.name, "ok" if check.ok else "WRONG", check.said) for check in checks]
    show_rows(rows, ("check", "state", "said"), format)
    if not all(check.ok for check in checks):
        raise typer.Exit(FOUND)
