"""The site of a preview."""

from __future__ import annotations

import pytest

from engine.store.database.connection import Database
from tests.kit.site import Site


@pytest.fixture
def site(sqlite_database: Database) -> Site:
    return Site(sqlite_database).with_people()
