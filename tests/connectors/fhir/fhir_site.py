"""A site that reads a FHIR server, with a roster of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from textwrap import indent
from typing import Any

from sqlalchemy import insert

from connectors import registry
from engine.config import load
from engine.flows.intake import ingest
from engine.model.instant import to_us
from engine.store.database.connection import Database
from engine.store.tables.people import clients
from tests.kit.csv_site import CsvSite
from tests.kit.fhir_server import FhirServerProcess

SYSTEM = "urn:oid:1.2.3"
APPOINTMENTS = """
- resource: Appointment
  events:
    - kind: attendance
      client: client
      at: start
      id: id
      version: meta.lastUpdated
      withdraw_when: {status: entered-in-error}
      when: {status: [arrived, checked-in, fulfilled, noshow, cancelled]}
      fields:
        activity: {always: individual}
        status: {column: status, values: {arrived: attended, checked-in: attended,
          fulfilled: attended, noshow: no_show, cancelled: cancelled}}
"""
_numbers = count(1)


class FhirSite(CsvSite):
    """One client, whom the server knows as a patient; a second patient is a stranger."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        server: FhirServerProcess,
        resources: str = APPOINTMENTS,
        more: str = "",
    ) -> None:
        self.server, number = server, next(_numbers)
        self.client, self.patient = f"C-{number}", f"p{number}"
        self.stranger, self.stranger_ref = f"s{number}", f"X-{number}"
        (folder / "config.yaml").write_text(
            f"timezone: America/New_York\nsources:\n  - name: ehr\n    fhir: {server.url}\n"
            f"    client: {{identifier: {SYSTEM}}}\n{more}    resources:\n"
            + indent(resources.strip(), " " * 6)
        )
        super().__init__(folder, database, load(folder / "config.yaml"))
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.add_client(self.client)
        self.put_patient(self.patient, self.client)
        self.put_patient(self.stranger, self.stranger_ref)
        self.asked: Any = self.opened()

    def add_client(self, ref: str) -> None:
        with self.database.write() as conn:
            conn.execute(insert(clients), {"ref": ref, "timezone": "America/New_York"})

    def put_patient(self, patient: str, ref: str) -> None:
        identifier = [{"system": "urn:other", "value": "77"}, {"system": SYSTEM, "value": ref}]
        self.server.put({"resourceType": "Patient", "id": patient, "identifier": identifier})

    def appointment(
        self, number: str, status: str, patient: str | None = None, **more: Any
    ) -> None:
        """Put an appointment of the client's, or of another patient's."""
        who = patient or self.patient
        resource = {
            "resourceType": "Appointment", "id": f"{self.patient}-{number}", "status": status,
            "start": "2026-03-02T14:00:00Z", "end": "2026-03-02T15:00:00Z",
            "participant": [
                {"actor": {"reference": "Practitioner/x"}, "status": "accepted"},
                {"actor": {"reference": f"Patient/{who}"}, "status": "accepted"},
            ],
            **more,
        }  # fmt: skip
        self.server.put(resource)

    def delete(self, number: str) -> None:
        self.server.delete(f"Appointment/{self.patient}-{number}")

    def opened(self) -> Any:
        return registry.source("fhir").open_source(self.settings.sources[0], self.settings.kinds)

    def read(self) -> Mapping[str, ingest.IngestCounts]:  # type: ignore[override]
        """Ask the server; then it is five minutes later."""
        counts = ingest.read(self.database, self.asked, "America/New_York", to_us(self.now))
        self.now += timedelta(minutes=5)
        return counts

    def statuses(self) -> list[str]:
        return sorted(fields["status"] for _, _, fields in self.events())  # type: ignore[index]
