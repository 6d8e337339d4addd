"""`handrail doctor`: whether everything that people rely on works."""

from __future__ import annotations

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, FOUND, ConfigFile, open_settings
from engine.cli.printing import Format, ListFormat, show_rows


def doctor(config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE) -> None:
    """Examine the database, rules, sources, flows and messages; exit 1 if something is wrong."""
    from engine.flows.operations.doctor import examine

    checks = list(examine(open_settings(config), now()))
    rows = [(check.name, "ok" if check.ok else "WRONG", check.said) for check in checks]
    show_rows(rows, ("check", "state", "said"), format)
    if not all(check.ok for check in checks):
        raise typer.Exit(FOUND)
