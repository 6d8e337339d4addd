"""`handrail init`: a new site in an empty folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.instants import now
from engine.errors import UserError

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder, new or empty.")]
Postgresql = Annotated[
    str | None,
    typer.Option(
        "--postgresql",
        metavar="URL",
        help="Keep everything in this database, such as "
        "postgresql://handrail:PASSWORD@localhost/handrail; the URL goes into .env alone.",
    ),
]


def init(folder: Folder, postgresql: Postgresql = None) -> None:
    """Write a new site into an empty folder: settings, rules, plans, examples, a systemd unit."""
    from engine.model.instant import from_us
    from engine.new_site.write_site import write_site

    if postgresql and not postgresql.startswith(("postgresql://", "postgres://")):
        raise UserError("--postgresql needs a URL such as postgresql://handrail@localhost/handrail")
    write_site(folder, from_us(now()), postgresql)
    makes = "reads" if postgresql else "makes the database and reads"
    first = "handrail db upgrade            makes the tables; then\n   " if postgresql else ""
    print(
        f"{folder} holds a new site. Next:\n"
        f"1. cd {folder.resolve()}; set timezone: and the rest of config.yaml, and the secrets in "
        ".env\n"
        "2. handrail check              says whether the files are right\n"
        f"3. {first}handrail run --once         {makes} the CSV files in inbox/;\n"
        "                               examples/ shows their columns\n"
        "4. handrail run                serves; it prints texts until sms: gateway: is twilio\n"
        "5. handrail.service            keeps it running: put it into /etc/systemd/system"
    )
