"""An archive holds what the database knows of clients, and studies read it as they read that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import update

from engine.errors import UserError
from engine.flows.evaluation.caseload import whole_caseload
from engine.measures.histories import Histories
from engine.model.instant import DAY_US
from engine.store.database.connection import Database
from engine.store.intake import archive
from engine.store.intake.archive import MANIFEST, Archive, ArchiveCounts
from engine.store.tables.intake import events
from engine.store.tables.people import clients, record_entries
from tests.kit.caseload import Caseload
from tests.kit.times import NOON, hours

KINDS = ({"kind": "check_in", "status": "missed"}, {"kind": "test", "result": "positive"})


@pytest.fixture
def caseload(sqlite_database: Database) -> Caseload:
    return filled(sqlite_database)


def filled(database: Database) -> Caseload:
    """Nine clients with forty events each, some at one instant, one without any, two with staff."""
    found, chance = Caseload(database), Random(7)
    for number in range(1, 11):
        found.client(number, timezone=("UTC", "America/New_York")[number % 2])
        for _ in range(40 if number < 10 else 0):
            fields: dict[str, Any] = dict(chance.choice(KINDS))
            found.event(number, fields.pop("kind"), NOON - chance.randrange(60) * DAY_US, **fields)
    found.staff(1, "case_manager", 1, 2)
    return found


def written(database: Database, folder: Path, now: int = NOON) -> ArchiveCounts:
    with database.read() as conn:
        return archive.write(conn, folder, now)


def read(database: Database, source: Archive | None = None) -> Mapping[str, object]:
    """What measures see of each client: the client, and their events in order."""
    with database.read() as conn:
        return {
            client.ref: (client, _events(batch, place))
            for batch in whole_caseload(conn, None, source)
            for place, client in enumerate(batch.clients)
        }


def _events(batch: Histories, place: int) -> list[tuple[int, str, dict[str, Any]]]:
    low, high = batch.key.searchsorted([batch.bases[place], batch.bases[place] + (1 << 53)])
    codes = batch.payload[low:high].tolist()
    instants = (batch.key[low:high] - batch.bases[place]).tolist()
    return [
        (at, batch.payloads.kinds[code], batch.payloads.fields[code])
        for at, code in zip(instants, codes, strict=True)
    ]


def test_studies_read_the_same_from_the_archive_as_from_the_database(
    database: Database, tmp_path: Path
) -> None:
    filled(database)
    counts = written(database, tmp_path / "archive")

    assert (counts.clients, counts.events) == (10, 360)
    found = read(database, Archive.open(tmp_path / "archive"))
    assert found == read(database)
    assert len(found) == 10


def test_parts_divide_the_clients_by_their_refs(
    caseload: Caseload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_CLIENTS_OF_PART", 2)

    counts = written(caseload.database, tmp_path / "archive")

    source = Archive.open(tmp_path / "archive")
    assert (source.parts, counts.parts) == (8, len(source.states))
    assert read(caseload.database, source) == read(caseload.database)


@pytest.mark.parametrize("what", ["correction", "withdrawal", "late event", "leave", "assignment"])
def test_another_run_writes_the_parts_that_changed_and_only_those(
    caseload: Caseload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(archive, "_CLIENTS_OF_PART", 2)
    written(caseload.database, tmp_path / "archive")
    assert written(caseload.database, tmp_path / "archive").written == 0

    _change(caseload, what)
    counts = written(caseload.database, tmp_path / "archive", NOON + 1)

    assert counts.written == 1
    source = Archive.open(tmp_path / "archive")
    assert read(caseload.database, source) == read(caseload.database)
    assert source.at == NOON + 1
    kept = [path.name for path in (tmp_path / "archive" / "events").iterdir()]
    assert len(kept) == len(source.states)


def _change(caseload: Caseload, what: str) -> None:
    of_one = events.c.client_id == 3
    if what == "late event":
        caseload.event(3, "contact", NOON - hours(5))
    elif what == "assignment":
        caseload.assign(1, "case_manager", 3)
    with caseload.database.write() as conn:
        if what == "correction":
            new = {"fields": "{}", "recorded_at": NOON + 5}
            conn.execute(update(events).where(of_one).values(new))
        elif what == "withdrawal":
            conn.execute(events.delete().where(of_one, events.c.kind == "test"))
        elif what == "leave":
            row = {"client_id": 3, "at": NOON, "entry": "leave_began", "value": None}
            conn.execute(record_entries.insert(), row)


def test_a_run_that_ends_halfway_leaves_the_archive_as_it_was(
    caseload: Caseload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_CLIENTS_OF_PART", 2)
    written(caseload.database, tmp_path / "archive")
    before = read(caseload.database, Archive.open(tmp_path / "archive"))
    with caseload.database.write() as conn:
        conn.execute(update(clients).values(timezone="Asia/Tokyo"))
    _ends_after(monkeypatch, 5)

    with pytest.raises(KeyboardInterrupt):
        written(caseload.database, tmp_path / "archive")

    assert read(caseload.database, Archive.open(tmp_path / "archive")) == before


def _ends_after(monkeypatch: pytest.MonkeyPatch, files: int) -> None:
    whole, done = archive._whole, [0]

    def until_then(path: Path, content: Any) -> None:
        done[0] += 1
        if done[0] > files:
            raise KeyboardInterrupt
        whole(path, content)

    monkeypatch.setattr(archive, "_whole", until_then)


def test_only_its_owner_can_read_it(caseload: Caseload, tmp_path: Path) -> None:
    written(caseload.database, tmp_path / "archive")

    found = [tmp_path / "archive", *(tmp_path / "archive").rglob("*")]
    assert {path.stat().st_mode & 0o077 for path in found} == {0}


def test_a_folder_with_other_files_is_refused(caseload: Caseload, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("other")

    with pytest.raises(UserError, match="holds other files; name an empty folder"):
        written(caseload.database, tmp_path)


def test_a_folder_without_an_archive_says_what_writes_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=f"holds no archive; handrail archive {tmp_path} writes"):
        Archive.open(tmp_path)


def test_an_archive_of_a_later_format_is_refused(caseload: Caseload, tmp_path: Path) -> None:
    written(caseload.database, tmp_path / "archive")
    path = tmp_path / "archive" / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 2}))

    with pytest.raises(UserError, match="has format 2, and this Handrail reads 1"):
        Archive.open(tmp_path / "archive")


def test_a_missing_file_is_named(caseload: Caseload, tmp_path: Path) -> None:
    written(caseload.database, tmp_path / "archive")
    for path in (tmp_path / "archive" / "events").iterdir():
        path.unlink()

    source = Archive.open(tmp_path / "archive")
    with pytest.raises(UserError, match=r"cannot be read.*part-00000"):
        source.read(0)


def test_a_part_without_clients_is_empty(caseload: Caseload, tmp_path: Path) -> None:
    written(caseload.database, tmp_path / "archive")

    source = replace(Archive.open(tmp_path / "archive"), states={})
    assert source.read(0).clients == ()
