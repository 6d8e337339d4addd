"""The resources that tests read are what the official schema of FHIR R4 calls so.

Each test that puts a resource on the server checks it too (`FhirServerProcess.put`).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kit.fhir_schema import SCHEMA, WHY_SKIPPED, mistakes
from tests.kit.source_pages import read_page

SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "connectors"

pytestmark = pytest.mark.skipif(not SCHEMA.exists(), reason=WHY_SKIPPED)


def test_the_resources_of_the_page_pass() -> None:
    texts = read_page("sources_fhir.md").files.values()
    assert texts
    assert [mistake for text in texts for mistake in mistakes(json.loads(text))] == []


@pytest.mark.skipif(not SAMPLES.exists(), reason="the public samples are not here")
def test_the_public_samples_pass() -> None:
    paths = [*SAMPLES.glob("us-core/*.json"), *SAMPLES.glob("cdc-opioid-cpg/*.json")]
    resources = [json.loads(path.read_text("utf-8")) for path in paths]
    assert len(resources) > 20
    assert [mistake for resource in resources for mistake in mistakes(resource)] == []


def test_a_status_and_a_field_that_fhir_does_not_know_are_named() -> None:
    wrong = {
        "resourceType": "Appointment", "status": "no-show", "starts": "2026-03-02",
        "participant": [{"status": "accepted"}],
    }  # fmt: skip
    status, field = mistakes(wrong)
    assert status.startswith("Appointment status: 'no-show' is not one of")
    assert "'starts' was unexpected" in field
