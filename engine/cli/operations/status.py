"""`handrail status`: the state of the daemon at a look."""

from __future__ import annotations

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, show_rows

COLUMNS = ("part", "name", "number", "at", "said")


def status(config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE) -> None:
    """Show the last success of each flow and source, the queues, and the files in force."""
    from engine.flows.operations.status import status as read_status
    from engine.presentation.local_clock import local

    settings = open_settings(config)
    with stored(settings) as database:
        lines = read_status(database, settings, now())
    rows = [
        (one.part, one.name, one.number, one.at and local(one.at, settings.timezone), one.said)
        for one in lines
    ]
    show_rows(rows, COLUMNS, format)
