"""docs/sources.md: every example in it becomes the events that it says."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from engine.model.event import Value, read_fields
from engine.model.instant import from_us
from engine.store.database.connection import Database
from engine.store.tables.intake import events
from engine.store.tables.people import clients
from tests.kit.csv_site import CsvSite, settings_of

DOCS = Path(__file__).parents[3] / "docs" / "sources.md"
FENCE = re.compile(r"^```(\w+) ?(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
ROSTER = """
- {match: people.csv, roster: clients, columns: {ref: ref, enrolled: enrolled}}
"""
ZONE = ZoneInfo("America/New_York")

Example = tuple[str, dict[str, str], str]


def examples() -> list[Example]:
    """Each example as (the mapping, CSV files by name, the resulting events), in order."""
    found: list[Example] = []
    for language, name, text in FENCE.findall(DOCS.read_text("utf-8")):
        if language == "yaml" and not name:
            found.append((text, {}, ""))
        elif language == "csv":
            found[-1][1][name] = text
        elif language == "events":
            found[-1] = (*found[-1][:2], text)
    return found


def written(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " + ".join(value) if isinstance(value, tuple) else str(value)


def lines(database: Database) -> list[str]:
    wanted = (
        select(clients.c.ref, events.c.occurred_at, events.c.kind, events.c.fields)
        .join(clients, clients.c.id == events.c.client_id)
        .order_by(events.c.occurred_at, events.c.kind)
    )
    with database.read() as conn:
        return [
            f"{ref}  {from_us(at).astimezone(ZONE):%Y-%m-%d %H:%M}  {kind}  "
            + ", ".join(f"{name}: {written(value)}" for name, value in read_fields(fields).items())
            for ref, at, kind, fields in conn.execute(wanted)
        ]


def test_there_are_examples() -> None:
    assert len(examples()) >= 6


@pytest.mark.parametrize("example", examples(), ids=lambda example: "+".join(example[1]))
def test_an_example_becomes_what_it_says(
    example: Example, tmp_path: Path, sqlite_database: Database
) -> None:
    mapping, files, expected = example
    site = CsvSite(tmp_path, sqlite_database, settings_of(tmp_path, ROSTER + mapping))
    site.write("people.csv", "ref,enrolled\nC-1042,2026-01-05\nC-1077,2026-01-05\n")
    for name, text in files.items():
        site.write(name, text)
    site.read()
    assert site.rejects() == []
    assert lines(sqlite_database) == expected.splitlines()
