"""A sample caseload for a first look: a dozen invented clients whose weeks end just now."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from zoneinfo import ZoneInfo

from engine.sample.people import (
    CLIENTS,
    MENTORS,
    STAFF,
    SUPPORTER_CONSENTS,
    SUPPORTERS,
    WISHES,
    Cells,
    SampleClient,
)
from engine.sample.weeks import Happening, ordinary_weeks

_COLUMNS: Mapping[str, Sequence[str]] = {
    "clients": ("client", "phone", "timezone", "enrolled", "discharged", "leave_began",
                "leave_ended", "program", "substance"),
    "staff": ("staff", "call_name", "role", "phone", "timezone", "quiet_from", "quiet_to",
              "active"),
    "mentors": ("mentor", "role", "takes_clients", "most_clients", "not_with", "languages",
                "gender", "client_gender", "substances", "interests", "hours", "zones",
                "recovering_since"),
    "wishes": ("client", "wants_mentor", "not_with", "language", "gender", "mentor_gender",
               "interests", "hours", "zone", "groups"),
    "assignments": ("client", "staff", "role", "began"),
    "consents": ("client", "staff", "alias", "scope", "purpose", "given", "expires"),
    "supporters": ("supporter", "call_name", "phone", "timezone", "agreed", "language", "series"),
    "supporter_consents": ("client", "supporter", "scope", "purpose", "relation", "how", "given",
                           "expires"),
    "check_ins": (
        "id", "client", "when", "status", "craving", "mood", "stress", "confidence", "sleep_hours",
        "used", "note",
    ),
    "tests": ("id", "client", "when", "method", "result", "confirmed", "substances"),
    "attendance": ("id", "client", "when", "activity", "status"),
    "assessments": ("id", "client", "when", "instrument", "item", "score"),
    "contacts": ("id", "client", "when", "outcome", "by"),
    "medications": ("id", "client", "when", "drug", "status", "dose_mg", "days_supply"),
}  # fmt: skip
_SITE = ZoneInfo("America/New_York")
_EXAMPLES = 3


def write_sample(folder: Path, now: datetime, seed: int = 1) -> bool:
    """Write the caseload as it stands at `now` (aware) into a new folder of CSV files, all at once.

    Returns:
        False if the folder holds anything already. It stays as it is, because events that were read
        once must not come again at other times.
    """
    if folder.exists() and any(folder.iterdir()):
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    for name, rows in _files(now, Random(seed)).items():
        _write(unfinished, name, rows)
    os.replace(unfinished, folder)
    return True


def write_examples(folder: Path, now: datetime, seed: int = 1) -> None:
    """Write one small file of each sort into a new folder, to show the columns to a new site.

    They name the staff and three clients of the sample, and hold at most three events of each sort.
    """
    shown = {client.ref for client in CLIENTS[:_EXAMPLES]}
    folder.mkdir()
    for name, rows in _files(now, Random(seed)).items():
        about = [row for row in rows if row.get("client") in {None, *shown}]
        _write(folder, name, about[-_EXAMPLES:] if "when" in _COLUMNS[name] else about)


def _write(folder: Path, name: str, rows: Iterable[Cells]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS[name], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _files(now: datetime, random: Random) -> Mapping[str, Iterable[Cells]]:
    files: dict[str, list[Cells]] = defaultdict(list)
    files["staff"] += [{"timezone": _SITE.key, "active": "yes", **person} for person in STAFF]
    files["mentors"] += [{"role": "mentor", **one} for one in MENTORS]
    files["wishes"] += WISHES
    here = {"timezone": _SITE.key, "agreed": _day(now, 30)}
    files["supporters"] += [{**here, **one} for one in SUPPORTERS]
    lasts = {"given": _day(now, 30), "expires": _day(now, -180)}
    files["supporter_consents"] += [{**one, **lasts} for one in SUPPORTER_CONSENTS]
    for client in CLIENTS:
        files["clients"].append(_record(client, now))
        files["assignments"] += _assigned(client, now)
        if client.mentor:
            files["consents"].append(_consent(client, now))
        for file, when, cells in sorted(
            _happenings(client, now, random), key=lambda happening: happening[1]
        ):
            row_id = f"{client.ref}-{len(files[file]) + 1}"
            written = when.astimezone(ZoneInfo(client.timezone)).isoformat(timespec="seconds")
            files[file].append({"id": row_id, "client": client.ref, "when": written, **cells})
    return files


def _happenings(client: SampleClient, now: datetime, random: Random) -> Iterator[Happening]:
    yield from ordinary_weeks(client, now, random)
    for news in client.news:
        yield news.file, now - timedelta(hours=news.hours_ago), news.cells


def _record(client: SampleClient, now: datetime) -> Cells:
    return {
        "client": client.ref,
        "phone": client.phone,
        "timezone": client.timezone,
        "enrolled": _day(now, client.enrolled),
        "discharged": _day(now, client.discharged),
        "leave_began": "" if client.on_leave_for is None else _day(now, client.on_leave_for),
        "program": client.program,
        "substance": client.substance,
    }


def _assigned(client: SampleClient, now: datetime) -> Iterator[Cells]:
    began = _day(now, client.enrolled)
    yield {
        "client": client.ref,
        "staff": client.case_manager,
        "role": "case_manager",
        "began": began,
    }
    for role, staff in (("mentor", client.mentor), ("prescriber", client.prescriber)):
        if staff:
            yield {"client": client.ref, "staff": staff, "role": role, "began": began}


def _consent(client: SampleClient, now: datetime) -> Cells:
    return {
        "client": client.ref,
        "staff": client.mentor,
        "alias": client.alias,
        "scope": "that it would be good to reach out",
        "purpose": "support by a peer",
        "given": _day(now, client.enrolled),
        "expires": _day(now, -180),
    }


def _day(now: datetime, ago: int) -> str:
    return (now.astimezone(_SITE) - timedelta(days=ago)).date().isoformat()
