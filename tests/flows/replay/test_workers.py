"""Workers replay the parts of an archive, and find what one process finds."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client

from engine.errors import UserError
from engine.flows.replay.preview import Preview
from engine.flows.replay.workers import PartContext, over_parts, preview_part, workers
from engine.model.instant import DAY_US
from engine.store.database.connection import Database
from engine.store.intake import archive
from engine.store.intake.archive import Archive
from engine.studies.preview import PreviewQuery, PreviewRow
from tests.flows.replay.previewing import TWO_MISSED
from tests.kit.site import Site, rulebook_of, written_rule
from tests.kit.times import NOON


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with workers("2") as found:
        yield found


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Twelve clients in several parts; every second one misses two check-ins."""
    monkeypatch.setattr(archive, "_CLIENTS_OF_PART", 2)
    found = Site(sqlite_database).with_people()
    for number in range(11, 23):
        found.caseload.client(number)
        found.assign(number, 1)
        for days in range(number % 2 * 2):
            found.missed(NOON - days * DAY_US, number)
    with found.database.read() as conn:
        archive.write(conn, tmp_path / "archive", NOON)
    return found


def preview(site: Site) -> Preview:
    rules = rulebook_of(written_rule("two-missed", TWO_MISSED))
    return Preview(PreviewQuery(NOON - 30 * DAY_US, NOON + DAY_US), site.routing, rules, None)


def by_one_process(site: Site, source: Archive) -> tuple[Preview, list[PreviewRow]]:
    found = preview(site)
    with site.database.read() as conn:
        return found, [row for _, rows in found.batches(conn, source) for row in rows]


def context(site: Site, source: Archive) -> PartContext[Preview]:
    url = site.database.url.render_as_string(hide_password=False)
    return PartContext(source, url, preview(site))


def test_workers_find_what_one_process_finds(site: Site, client: Client, tmp_path: Path) -> None:
    source, found = Archive.open(tmp_path / "archive"), preview(site)
    parts = over_parts(client, preview_part, context(site, source), sorted(source.states))
    rows = [row for part in parts for row in found.count(part)]

    alone, expected = by_one_process(site, source)
    assert len(rows) == 6
    assert rows == expected
    assert found.result.version.tally.clients == alone.result.version.tally.clients
    assert found.result.version.tally.client_months == alone.result.version.tally.client_months


def once_killed(marker: Path, part: int) -> int:
    """Work whose first worker dies in the middle of part 3."""
    if part == 3 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return part * part


def test_a_worker_that_is_killed_changes_nothing(client: Client, tmp_path: Path) -> None:
    found = over_parts(client, once_killed, tmp_path / "killed", range(8))

    assert list(found) == [part * part for part in range(8)]
    assert (tmp_path / "killed").exists()


@pytest.mark.parametrize("wanted", ["0", "many", "-2", "http://127.0.0.1:1", "1000"])
def test_a_wrong_number_or_address_is_refused(wanted: str) -> None:
    with (
        pytest.raises(UserError, match="is neither a number of processes nor an address"),
        workers(wanted),
    ):
        pass
