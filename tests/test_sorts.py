"""The sort of each test follows from its room, and unit tests start no server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.conftest import TESTS, markers_of


@pytest.mark.parametrize(
    ("path", "fixtures", "generated", "markers"),
    [
        ("alerts/test_decide.py", (), False, ["unit"]),
        ("alerts/test_decide_properties.py", (), True, ["slow"]),
        ("studies/test_outcome.py", ("database", "sqlite_file"), False, ["integration"]),
        ("store/alerts/test_alerts.py", (), False, ["integration"]),
        ("test_app.py", (), False, ["integration"]),
        ("flows/intake/test_ingest_properties.py", (), True, ["integration", "slow"]),
        ("journeys/test_daemon.py", ("sqlite_file",), False, ["journey"]),
    ],
)
def test_a_test_has_the_sort_of_its_room_and_of_what_it_asks_for(
    path: str, fixtures: Sequence[str], generated: bool, markers: Sequence[str]
) -> None:
    assert markers_of(TESTS / path, fixtures, generated=generated, slow=False) == markers


def test_a_test_that_says_so_itself_is_slow() -> None:
    path = TESTS / "rulebook" / "parsing" / "test_mutations.py"
    assert markers_of(path, (), generated=False, slow=True) == ["slow"]


def test_what_unit_tests_begin_with_imports_no_server() -> None:
    look = "import sys, tests.conftest; print([name for name in sys.modules if 'pgserver' in name])"
    found = subprocess.run(
        [sys.executable, "-c", look], check=False, cwd=TESTS.parent, capture_output=True
    )
    assert (found.returncode, found.stdout.strip()) == (0, b"[]")
