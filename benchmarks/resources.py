"""FHIR resources to events, beside the usual library, which only parses the same bytes.

Both read the same pages of a search (Bundles of Observations), and the same resources one by one.
They take turns in one run, and the figures are CPU time, so a busy machine meets both alike. The
library checks each resource against FHIR's types and makes an object of it. Handrail does not; it
checks what the mapping names, and goes on as far as the batch that the store takes.
"""

from __future__ import annotations

import gc
import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from benchmarks.figures import Figure
from connectors.fhir.fhir_form import FhirForm
from connectors.fhir.mapped_resource import MappedResource
from connectors.fhir.patients import Patients
from connectors.fhir.server import FhirServer, Params
from connectors.fhir.settings import FhirSettings
from connectors.mapping.flat_records import FlatRecords
from connectors.mapping.json_form import read_json
from connectors.mapping.rows import Harvest, Rows
from engine.config import load
from engine.model.settings import Settings
from tests.kit.fhir_server import SEKMET

ROOT = Path(__file__).parents[1]
PAGES, PAGE, ROUNDS = 30, 100, 7
BEGAN = datetime(2026, 3, 2, 14, tzinfo=UTC)
CODES = ["44261-6", "70274-6", "75626-2"]  # of PHQ-9, GAD-7, AUDIT-C
SYSTEM = "urn:oid:1.2.3"
# For each line of its input, how long it takes to parse the pages and then the resources.
THEIRS = """
import json, sys, time
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.observation import Observation
pages = [page.encode() for page in json.loads(sys.stdin.readline())]
entries = [entry for page in pages for entry in json.loads(page)["entry"]]
resources = [json.dumps(entry["resource"]).encode() for entry in entries]
def took(kind, texts):
    began = time.process_time()
    for text in texts:
        kind.model_validate_json(text)
    return time.process_time() - began
for _ in sys.stdin:
    print(took(Bundle, pages), took(Observation, resources), flush=True)
"""


def settings_of(config: str) -> Settings:
    """Read a configuration that may name the code lists of the example."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "codes").symlink_to(ROOT / "examples" / "us_core" / "codes")
        path = Path(folder) / "config.yaml"
        path.write_text(config)
        return load(path)


def resources() -> Iterator[Figure]:
    """Yield the figures; those beside the library only if it is installed."""
    settings = settings_of((ROOT / "examples" / "us_core" / "config.yaml").read_text())
    source = settings.sources[0]
    assert isinstance(source, FhirSettings)
    pages = [_page(number) for number in range(PAGES)]
    ours = [
        _pages_to_events(settings, source, pages),
        _resources_to_events(settings, source, pages),
    ]
    with _theirs(pages) as theirs:
        rounds = [[*map(_took, ours), *theirs()] for _ in range(ROUNDS)]
    page, resource, *other = (min(times) for times in zip(*rounds, strict=True))
    yield Figure("FHIR: pages to events", PAGES * PAGE / page, "resources/s", 20_000, None, True)
    if other:
        yield Figure(
            "FHIR: pages, times fhir.resources parsing", other[0] / page, "×", 8, None, True
        )
        yield Figure("FHIR: resources, times it parsing", other[1] / resource, "×", None, 8, True)


def _page(number: int) -> bytes:
    said = [_observation(number * PAGE + place) for place in range(PAGE)]
    link = "https://ehr.example.org/fhir/r4/Observation?code=x&_lastUpdated=x&_sort=x&_count=100"
    links = [{"relation": "self", "url": link}]
    if number + 1 < PAGES:
        links.append({"relation": "next", "url": f"{link}&page={number + 1}"})
    entries = [
        {"fullUrl": f"https://ehr.example.org/fhir/r4/Observation/{one['id']}", "resource": one,
         "search": {"mode": "match"}}
        for one in said
    ]  # fmt: skip
    page = {"resourceType": "Bundle", "type": "searchset", "total": PAGES * PAGE,
            "link": links, "entry": entries}  # fmt: skip
    return json.dumps(page).encode()


def _observation(number: int) -> dict[str, Any]:
    score = number % 21
    value: dict[str, Any] = {
        "valueQuantity": {"value": score, "unit": "{score}", "code": "{score}"}
    }
    return {
        "resourceType": "Observation", "id": f"o{number}", "status": "final",
        "meta": {"lastUpdated": (BEGAN + number * timedelta(seconds=7)).isoformat()},
        "category": [{"coding": [{"system": "http://hl7.org/x", "code": "survey"}], "text": "x"}],
        "code": {"coding": [{"system": "http://loinc.org", "code": CODES[number % 3],
                             "display": "A score"}]},
        "subject": {"reference": f"Patient/p{number % PAGE}"},
        "performer": [{"reference": "Practitioner/1"}],
        "effectiveDateTime": (BEGAN - number * timedelta(minutes=7)).isoformat(),
        **(value if number % 2 else {"valueString": str(score)}),
    }  # fmt: skip


class _Recorded(FhirServer):
    """A server whose answers are there already."""

    def __init__(self, settings: FhirSettings, pages: Sequence[bytes]) -> None:
        super().__init__(settings.model_copy(update={"auth": None}))
        self._pages, self._left = iter(pages), PAGES

    def _ask(self, url: str, asked: Params) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer._content = 200, next(self._pages)
        return answer


def _pages_to_events(
    settings: Settings, source: FhirSettings, pages: Sequence[bytes]
) -> Callable[[], None]:
    mapping = _observations(source)
    patients = Patients(SYSTEM, list)
    patients._refs = {f"p{place}": f"C-{place}" for place in range(PAGE)}

    def run() -> None:
        reading = MappedResource(mapping, source, settings.kinds)
        batches = reading.read(_Recorded(source, pages), patients, None, BEGAN)
        assert sum(len(batch.events) for batch in batches) == PAGES * PAGE

    return run


def _resources_to_events(
    settings: Settings, source: FhirSettings, pages: Sequence[bytes]
) -> Callable[[], None]:
    mapping = _observations(source)
    said = [each["resource"] for page in pages for each in json.loads(page)["entry"]]
    bodies = [json.dumps(each).encode() for each in said]

    def run() -> None:
        flat, into = FlatRecords(mapping, FhirForm()), Harvest()
        rows = Rows(mapping, flat.header, settings.kinds, None)
        for line, body in enumerate(bodies):
            rows.take(flat.rows({**read_json(body), "client": "C-1"}, line), 0, into)
        assert len(into.events) == PAGES * PAGE

    return run


def _observations(source: FhirSettings) -> Any:
    (mapping,) = (each for each in source.resources if each.resource == "Observation")
    return mapping.model_copy(update={"deletions": False})


def _took(run: Callable[[], None]) -> float:
    gc.collect()
    gc.freeze()
    began = time.process_time()
    run()
    took = time.process_time() - began
    gc.unfreeze()
    return took


@contextmanager
def _theirs(pages: Sequence[bytes]) -> Iterator[Callable[[], list[float]]]:
    """Run the library, which is in the environment of the server alone, if it is there at all."""
    if not SEKMET.exists():
        yield list
        return
    with subprocess.Popen(
        [SEKMET.parent / "python", "-c", THEIRS],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        said, heard = process.stdin, process.stdout
        print(json.dumps([page.decode() for page in pages]), file=said, flush=True)

        def turn() -> list[float]:
            print(file=said, flush=True)
            return list(map(float, heard.readline().split()))

        yield turn
