"""The page that shows everything about one client, to read and to print."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.presentation.preview.section import Section
from engine.presentation.rendering import render

# The tables that people read, in this order; the file for programs has all tables and columns.
_SHOWN: Mapping[str, tuple[str, str]] = {
    "clients": ("Client", "ref timezone phone"),
    "record_entries": ("Record", "at entry value"),
    "assignments": ("Who looks after the client", "staff_id role began ended"),
    "events": ("Events", "occurred_at kind fields note source"),
    "event_versions": ("Earlier versions of events", "occurred_at kind fields note replaced_at"),
    "expectations": ("What was due", "day schedule_id due_at outcome reason"),
    "schedule_changes": ("Changes of schedules", "made_at schedule_id kind first_day reason actor"),
    "alerts": ("Alerts", "opened_at rule_id severity state resolution began ended"),
    "alert_transitions": ("What became of alerts", "at alert_id to_state actor why"),
    "outbox": ("Texts to and about the client", "created_at staff_id kind body state"),
    "inbox": ("Texts from and about the client", "received_at sender body answer"),
    "notes": ("Notes", "at account_id words"),
    "mutes": ("Mutes", "began ended why"),
    "agreements": ("Agreements to texts", "given_at how wording language withdrawn_at"),
    "consents": ("Consents", "given_at staff_id alias scope purpose expires_at revoked_at"),
    "letter_consents": (
        "Consents to letters",
        "given_at recipient_kind recipient purpose scope how expires_at revoked_at",
    ),
    "disclosures": ("Disclosures", "at staff_id told scope purpose"),
    "letters": ("Letters", "at template language fields actor"),
    "emergency_access": ("Emergency access", "began_at account_id reason reviewed_at finding"),
    "audit": ("Who did what, and who looked", "at actor action subject detail"),
}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def export_page(client: str, at: str, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Write the page.

    Args:
        client: The client's ref.
        at: When the data were collected.
        tables: The rows of each table.

    Returns:
        An HTML document that fetches nothing and runs nothing.
    """
    sections = [
        _section(name, title, columns.split(), tables[name])
        for name, (title, columns) in _SHOWN.items()
        if name in tables
    ]
    charts = {section.name: None for section in sections}
    title = f"Everything about {client}, as of {_cell(at)}"
    return render("sections.html", title=title, sections=sections, charts=charts)


def _section(
    name: str, title: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> Section:
    heads = tuple(one.removesuffix("_id").replace("_", " ") for one in columns)
    in_order = sorted(rows, key=lambda row: str(row[columns[0]]))
    cells = tuple(tuple(_cell(row[column]) for column in columns) for row in in_order)
    return Section(name, title, "", heads, cells)


def _cell(value: object) -> str:
    """Write a value for people: instants to the minute, and fields as `name: value`."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = "" if value is None else str(value)
    if _INSTANT.match(text):
        return text[:16].replace("T", " ")
    if text.startswith("{"):
        return ", ".join(f"{name}: {_cell(one)}" for name, one in json.loads(text).items())
    return text
