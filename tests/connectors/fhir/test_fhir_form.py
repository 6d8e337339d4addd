"""Paths into resources find the same as FHIRPath finds on public samples."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from connectors.fhir.fhir_form import FhirForm
from connectors.mapping.json_form import read_json
from connectors.mapping.paths import parse_path
from tests.kit.fhir_server import SEKMET, WHY_SKIPPED

SAMPLES = sorted(
    path
    for folder in ("us-core", "cdc-opioid-cpg")
    for path in (Path(__file__).parents[4] / "shared" / "data" / "connectors" / folder).glob(
        "*.json"
    )
)
# A path of ours, and the same in FHIRPath.
PATHS = {
    "status": "status",
    "id": "id",
    "value": "value",
    "value.value": "value.value",
    "effective": "effective",
    "subject.reference": "subject.reference",
    "code.coding.code": "code.coding.code",
    "code.coding[system='http://loinc.org'].code":
        "code.coding.where(system='http://loinc.org').code",
    "category.coding.code": "category.coding.code",
    "item[linkId='/44261-6'].answer.value": "item.where(linkId='/44261-6').answer.value",
    "item.answer.value.code": "item.answer.value.code",
    "period.start": "period.start",
    "medication.coding.code": "medication.coding.code",
    "identifier[first].value": "identifier.first().value",
    "participant.member.reference": "participant.member.reference",
}  # fmt: skip
# The library is in the environment of the server alone.
ORACLE = """
import json, sys
from fhirpathpy import evaluate
from fhirpathpy.models import models
said = json.load(sys.stdin)
r4 = models["r4"]
found = [[evaluate(each, path, model=r4) for path in said["paths"]] for each in said["resources"]]
print(json.dumps(found, default=str))
"""


def plain(found: Any) -> Any:
    """Numbers as texts, because ours stay as they are written."""
    if isinstance(found, dict):
        return {key: plain(value) for key, value in found.items()}
    if isinstance(found, list):
        return [plain(value) for value in found]
    return found if isinstance(found, str | bool) or found is None else str(found)


@pytest.mark.skipif(not SEKMET.exists(), reason=WHY_SKIPPED)
@pytest.mark.skipif(not SAMPLES, reason="the public samples are not here")
def test_our_paths_find_what_fhirpath_finds() -> None:
    texts = [path.read_text("utf-8") for path in SAMPLES]
    asked = {"paths": list(PATHS.values()), "resources": list(map(json.loads, texts))}
    answer = subprocess.run(
        [SEKMET.parent / "python", "-c", ORACLE],
        input=json.dumps(asked), capture_output=True, text=True, check=True,
    )  # fmt: skip
    form = FhirForm()
    finds = [form.find(parse_path(path)) for path in PATHS]
    ours = [[list(find(read_json(text))) for find in finds] for text in texts]
    theirs = plain(json.loads(answer.stdout))
    found = 0
    for sample, mine, other in zip(SAMPLES, ours, theirs, strict=True):
        for path, one, two in zip(PATHS, mine, other, strict=True):
            assert one == two, (sample.name, path)
            found += bool(one)
    assert found > 100


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"valueString": "12"}, "12"),
        ({"valueDecimal": 12.0}, "12.0"),
        ({"valueQuantity": {"value": 0.080, "unit": "g/dL", "code": "g/dL"}}, "0.08"),
        ({"valueCodeableConcept": {"coding": [{"code": "260385009"}], "text": "no"}}, "260385009"),
        ({"valueCodeableConcept": {"text": "Negative"}}, "Negative"),
        ({"valueBoolean": True}, "yes"),
        ({"valuePeriod": {"start": "2026-03-02"}}, "2026-03-02"),
        ({"valueCoding": {"system": "x", "code": "LA6568-5", "display": "Not at all"}}, "LA6568-5"),
    ],
)
def test_one_path_reads_a_value_of_every_type(value: Any, text: str) -> None:
    form = FhirForm()
    (found,) = form.find(parse_path("value"))(read_json(json.dumps(value)))
    assert form.text(found) == text
