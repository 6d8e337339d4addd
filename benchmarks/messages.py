"""HL7 v2 messages and FHIR resources to events, beside the usual libraries in the same run."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import hl7

from benchmarks.caseload import Caseload
from benchmarks.figures import Figure, best
from connectors.fhir.fhir_form import FhirForm
from connectors.fhir.settings import FhirSettings
from connectors.hl7v2.hl7_message import read_message
from connectors.hl7v2.mapped_messages import MappedMessages
from connectors.hl7v2.settings import Hl7Settings
from connectors.mapping.flat_records import FlatRecords
from connectors.mapping.json_form import read_json
from connectors.mapping.rows import Harvest, Rows
from engine.config import load
from engine.model.settings import Settings
from tests.kit.fhir_server import SEKMET
from tests.kit.source_pages import read_page

ROOT = Path(__file__).parents[1]
MESSAGES, RESOURCES, FEWER = 2000, 10_000, 200
CODES = ["19295-5", "59673-4", "19321-9", "14314-9"]
# A report of 36 segments; a third of them are results that count.
REPORT = "\r".join(
    [
        "MSH|^~\\&|LAB|TOX|||20260302141500||ORU^R01|{}|P|2.5.1",
        "PID|1||77^^^HOSP^PI~C-1042^^^CLINIC^MR||DOE^JO",
        "PV1|1|O",
        "OBR|1||A-{}|65750-2^Drugs^LN|||20260302091500|||||||||||||||20260302140000",
        *(
            f"OBX|{n}|ST|{CODES[n % 4] if n < 12 else '2161-8'}^Test^LN||NEG|mg/dL|<300||||F"
            for n in range(31)
        ),
        "NTE|1||final",
    ]
)
OBSERVATION = {
    "resourceType": "Observation", "status": "final",
    "meta": {"lastUpdated": "2026-03-02T14:15:00Z"},
    "category": [{"coding": [{"system": "http://hl7.org/x", "code": "survey"}], "text": "Survey"}],
    "code": {"coding": [{"system": "http://loinc.org", "code": "44261-6", "display": "PHQ-9"}]},
    "subject": {"reference": "Patient/example"}, "performer": [{"reference": "Practitioner/1"}],
    "effectiveDateTime": "2026-03-02T09:15:00-05:00", "valueString": "12",
}  # fmt: skip
THEIRS = """
import json, sys, time
from fhir.resources.R4B.observation import Observation
said = json.dumps(json.load(sys.stdin)).encode()
def once():
    began = time.perf_counter()
    for _ in range(1000):
        Observation.model_validate_json(said)
    return time.perf_counter() - began
print(min(once() for _ in range(3)) / 1000)
"""


def messages(_: Caseload) -> Iterator[Figure]:
    """The figures of both."""
    yield from _hl7()
    yield from _fhir()


def _settings(config: str) -> Settings:
    with TemporaryDirectory() as folder:
        (Path(folder) / "codes").symlink_to(ROOT / "examples" / "us_core" / "codes")
        path = Path(folder) / "config.yaml"
        path.write_text(config)
        return load(path)


def _hl7() -> Iterator[Figure]:
    config = read_page("sources_hl7v2.md").config
    settings = _settings(f"timezone: America/New_York\n{config}")
    source = settings.sources[0]
    assert isinstance(source, Hl7Settings)
    texts = [REPORT.format(number, number) for number in range(MESSAGES)]
    bodies = [text.encode() for text in texts]

    def mapped() -> None:
        taken, into = MappedMessages(source.messages, "utf-8", None, settings.kinds), Harvest()
        for line, body in enumerate(bodies):
            taken.take(body, line, into)
        assert len(into.events) == MESSAGES, into.rejects[:1]

    times = best(
        3,
        mapped,
        _each(read_message, texts),
        _each(hl7.parse, texts[:FEWER]),
    )
    ours, reading, theirs = times[0] / MESSAGES, times[1] / MESSAGES, times[2] / FEWER
    yield Figure("HL7: read and mapped", 1 / ours, "messages/s", None, 8000, True)
    yield Figure("HL7: reading, times python-hl7", theirs / reading, "×", 15, None, True)
    yield Figure("HL7: read and mapped, times python-hl7", theirs / ours, "×", 15, None, True)


def _each(read: Callable[[str], object], texts: list[str]) -> Callable[[], None]:
    def run() -> None:
        for text in texts:
            read(text)

    return run


def _fhir() -> Iterator[Figure]:
    settings = _settings((ROOT / "examples" / "us_core" / "config.yaml").read_text())
    source = settings.sources[0]
    assert isinstance(source, FhirSettings)
    (mapping,) = (each for each in source.resources if each.resource == "Observation")
    bodies = [json.dumps({**OBSERVATION, "id": f"o{n}"}).encode() for n in range(RESOURCES)]

    def mapped() -> None:
        flat, into = FlatRecords(mapping, FhirForm()), Harvest()
        rows = Rows(mapping, flat.header, settings.kinds, None)
        for line, body in enumerate(bodies):
            rows.take(flat.rows({**read_json(body), "client": "C-1"}, line), 0, into)
        assert len(into.events) == RESOURCES

    (took,) = best(3, mapped)
    ours = took / RESOURCES
    yield Figure("FHIR: bytes to events", 1 / ours, "resources/s", None, 20_000, True)
    if SEKMET.exists():  # the library is in the environment of the server alone
        said = json.dumps({**OBSERVATION, "id": "o"})
        told = subprocess.run(
            [SEKMET.parent / "python", "-c", THEIRS],
            input=said, capture_output=True, text=True, check=True,
        )  # fmt: skip
        theirs = float(told.stdout)
        yield Figure("FHIR: times fhir.resources parsing", theirs / ours, "×", None, 8, True)
