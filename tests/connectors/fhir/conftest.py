"""One real FHIR server for the tests of this folder; its data stay, so each has ids of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kit.fhir_server import SEKMET, WHY_SKIPPED, FhirServerProcess


@pytest.fixture(scope="session")
def fhir_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FhirServerProcess]:
    if not SEKMET.exists():
        pytest.skip(WHY_SKIPPED)
    server = FhirServerProcess(tmp_path_factory.mktemp("sekmet"))
    yield server
    server.close()


@pytest.fixture
def server(fhir_process: FhirServerProcess) -> FhirServerProcess:
    fhir_process.reset()
    return fhir_process
