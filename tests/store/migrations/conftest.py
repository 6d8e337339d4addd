"""Databases that a test may set back to an older version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.database.connection import Database
from tests.kit.databases import Postgres


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def own_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of this test alone, because the shared ones keep today's tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'handrail.db'}"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_url()
    database = Database.open(url)
    database.upgrade()
    yield database
    database.close()
