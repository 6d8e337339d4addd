"""What a source that asks a FHIR server may not say."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from connectors.fhir.settings import ResourceMapping


def test_a_resource_names_clients_by_our_refs_alone() -> None:
    said = {"resource": "Appointment", "clients_by": "mrn", "events": []}
    with pytest.raises(ValidationError, match="asked by your refs alone; leave clients_by: out"):
        ResourceMapping.model_validate(said)
