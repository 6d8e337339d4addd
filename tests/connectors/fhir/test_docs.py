"""docs/sources_fhir.md and the mappings of examples/us_core, against a real server."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors import registry
from engine.config import load
from engine.flows.intake import ingest
from engine.model.instant import to_us
from engine.store.database.connection import Database
from tests.connectors.fhir.fhir_site import SYSTEM, FhirSite
from tests.kit.fhir_server import FhirServerProcess
from tests.kit.source_pages import event_lines, read_page

ROOT = Path(__file__).parents[3]
US_CORE = ROOT / "examples" / "us_core"
SAMPLES = ROOT.parent / "shared" / "data" / "connectors"
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="the public samples are not here")


def read(site: FhirSite, config: str) -> None:
    """Read the server by a configuration of a page or an example."""
    path = site.folder / "config.yaml"
    address = config.replace("https://ehr.example.org/fhir/r4", site.server.url)
    lines = [line for line in address.splitlines() if not line.strip().startswith("auth:")]
    path.write_text("timezone: America/New_York\n" + "\n".join(lines).replace(TIMEZONE, ""))
    settings = load(path)
    source = registry.source("fhir").open_source(settings.sources[0], settings.kinds)
    ingest.read(site.database, source, settings.timezone, to_us(site.now + timedelta(days=1)))


TIMEZONE = "timezone: America/New_York\n"


def test_the_example_becomes_what_it_says(
    tmp_path: Path, sqlite_database: Database, server: FhirServerProcess
) -> None:
    page = read_page("sources_fhir.md")
    site = FhirSite(tmp_path, sqlite_database, server)
    site.add_client("C-1042")
    for text in page.files.values():
        server.put(json.loads(text))
    read(site, page.config)
    assert page.events
    assert event_lines(sqlite_database) == page.events


def sample(path: str, site: FhirSite, **more: Any) -> dict[str, Any]:
    """A public sample, as a resource of the site's client."""
    said = json.loads((SAMPLES / path).read_text())
    meta = {key: value for key, value in said.pop("meta", {}).items() if key == "security"}
    said |= {"id": f"{site.patient}-{said['id'][-30:]}", "meta": meta, **more}
    said["subject"] = {"reference": f"Patient/{site.patient}"}
    for word in ("performer", "derivedFrom", "context", "authorizingPrescription", "author"):
        said.pop(word, None)
    return said


@needs_samples
def test_us_core_examples_become_events(
    tmp_path: Path, sqlite_database: Database, server: FhirServerProcess
) -> None:
    site = FhirSite(tmp_path, sqlite_database, server)
    (tmp_path / "codes").symlink_to(US_CORE / "codes")
    present = {"code": "59673-4", "system": "http://loinc.org"}
    cutoff = {"code": cut_off(), "system": "http://loinc.org"}
    results = [
        sample("cdc-opioid-cpg/Observation-fentanyl.json", site, code={"coding": [present]},
               valueString="Positive"),
        sample("cdc-opioid-cpg/Observation-opiate.json", site, code={"coding": [cutoff]},
               valueString="positive"),
    ]  # fmt: skip
    report = {
        "resourceType": "DiagnosticReport", "id": f"{site.patient}-cup", "status": "preliminary",
        "code": {"coding": [{"system": "http://loinc.org", "code": "65750-2"}]},
        "subject": {"reference": f"Patient/{site.patient}"},
        "effectiveDateTime": "2026-03-02T09:15:00-05:00",
        "result": [{"reference": f"Observation/{each['id']}"} for each in results],
    }  # fmt: skip
    rxnorm = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1010604"}
    for resource in (
        *results, report,
        sample("us-core/Observation-PHQ9-item-example-44261-6.json", site),
        sample("us-core/QuestionnaireResponse-phq-9-example.json", site),
        sample("us-core/encounter-example-1.json", site, location=[]),
        sample("us-core/medicationdispense-example.json", site),
        sample("us-core/medicationdispense-example.json", site, id=f"{site.patient}-bup",
               medicationCodeableConcept={"coding": [rxnorm]}, daysSupply={"value": 7}),
    ):  # fmt: skip
        server.put({key: value for key, value in resource.items() if value != []})
    config = (US_CORE / "config.yaml").read_text().replace("urn:oid:1.2.3", SYSTEM)
    read(site, config.replace("every: 5 minutes", "backfill: 3650 days"))
    assert site.rejects() == []
    assert [(kind, fields) for _, kind, _, fields, _ in site.everything()] == [
        ("attendance", {"activity": "medical", "status": "attended"}),
        ("medication", {"days_supply": 7, "drug": "buprenorphine", "status": "dispensed"}),
        ("assessment", {"instrument": "phq9", "score": 12}),
        ("assessment", {"instrument": "phq9", "score": 12}),
        ("test", {"confirmed": False, "method": "urine", "result": "positive",
                  "substances": ["fentanyl"]}),
    ]  # fmt: skip


def classed() -> list[dict[str, str]]:
    with (SAMPLES / "codes" / "urine-drug-tests.loinc.tsv").open() as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def cut_off() -> str:
    return next(row["loinc"] for row in classed() if row["what"] == "cutoff")


@needs_samples
def test_cut_offs_ratios_and_panels_are_in_no_list_of_results() -> None:
    lines = (US_CORE / "codes" / "urine.tsv").read_text().splitlines()
    listed = {line.partition("\t")[0] for line in lines if not line.startswith("#")}
    assert {row["what"] for row in classed() if row["loinc"] in listed} == {"presence"}
    assert len(listed) == 249


def test_its_mapping_of_stays_takes_encounters_and_takes_them_back(
    tmp_path: Path, sqlite_database: Database, server: FhirServerProcess
) -> None:
    site = FhirSite(tmp_path, sqlite_database, server, read_page("sources_fhir.md").stays)
    records = []
    for status, ended in (
        ("in-progress", {}),
        ("finished", {"end": "2026-03-04T09:00:00-05:00"}),
        ("entered-in-error", {"end": "2026-03-04T09:00:00-05:00"}),
    ):
        server.put(
            {
                "resourceType": "Encounter",
                "id": f"{site.patient}-stay",
                "status": status,
                "class": {"code": "IMP"},
                "subject": {"reference": f"Patient/{site.patient}"},
                "period": {"start": "2026-03-02T09:00:00-05:00", **ended},
            }
        )
        site.read()
        records.append([entry[:2] for entry in site.record(site.client)])
    began, ended_at = ("2026-03-02 14:00", "stay_began"), ("2026-03-04 14:00", "stay_ended")
    assert records == [[began], [began, ended_at], [began, ("2026-03-02 14:00", "stay_ended")]]
