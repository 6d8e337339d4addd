"""The pages of docs/ about a source: their configuration, their files and the events of these."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.model.event import Value, read_fields
from engine.model.instant import from_us
from engine.store.database.connection import Database
from engine.store.tables.intake import events
from engine.store.tables.people import clients

DOCS = Path(__file__).parents[2] / "docs"
_FENCE = re.compile(r"^( *)```(\w+) ?(.*)\n((?:.*\n)*?)\1```$", re.MULTILINE)
_ZONE = ZoneInfo("America/New_York")


class SourcePage(NamedTuple):
    """The examples of a page: `config`, other fences by name, and the events, a line each.

    `stays` is the mapping of stays in hospital.
    """

    config: str
    files: dict[str, str]
    events: list[str]
    stays: str


def read_page(name: str) -> SourcePage:
    """The examples of a page of docs/."""
    config, files, expected, stays = "", {}, "", ""
    for indent, language, title, text in _FENCE.findall((DOCS / name).read_text("utf-8")):
        said = dedent(text) if indent else text
        if (language, title) == ("yaml", "config"):
            config += said
        elif (language, title) == ("yaml", "stays"):
            stays = said
        elif language == "events":
            expected += said
        elif title:
            files[title] = said
    return SourcePage(config, files, expected.splitlines(), stays)


def event_lines(database: Database) -> list[str]:
    """All events as the pages write them, in New York's time."""
    wanted = (
        select(clients.c.ref, events.c.occurred_at, events.c.kind, events.c.fields)
        .join(clients, clients.c.id == events.c.client_id)
        .order_by(events.c.occurred_at, clients.c.ref, events.c.kind)
    )
    with database.read() as conn:
        return [
            f"{ref}  {from_us(at).astimezone(_ZONE):%Y-%m-%d %H:%M}  {kind}  "
            + ", ".join(f"{name}: {_written(value)}" for name, value in read_fields(said).items())
            for ref, at, kind, said in conn.execute(wanted)
        ]


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " + ".join(value) if isinstance(value, tuple) else str(value)
