"""What tests of several flows begin with."""

from __future__ import annotations

import pytest

from engine.store.database.connection import Database
from tests.kit.phones import CASE_MANAGER, Phones


@pytest.fixture
def phones(database: Database) -> Phones:
    """One alert; the case manager has been told of it with code 1."""
    phones = Phones.of(database, 1)
    assert phones.told() == [CASE_MANAGER]
    return phones
