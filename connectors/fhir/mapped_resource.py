"""One type of resource and its mapping: resources that changed become batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from connectors.fhir.fhir_form import FhirForm
from connectors.fhir.patients import Patients, patients_of
from connectors.fhir.polling import Page, changed_since, deleted_since, read_stamp, stamp_of
from connectors.fhir.resource_state import POPULATION, ResourceState
from connectors.fhir.server import FhirServer, UnsupportedError
from connectors.fhir.settings import FhirSettings, ResourceMapping
from connectors.mapping.event_rows import identity
from connectors.mapping.flat_records import FlatRecords
from connectors.mapping.json_form import read_json
from connectors.mapping.rows import Harvest, Rows
from engine.model.event_kinds import Kind
from engine.model.instant import MICROSECOND, to_us
from engine.model.intake import Batch, Gone, Reject

# The key under which a resource holds the ref of its client.
CLIENT = "client"


class MappedResource:
    """A mapping of a source, which is an item of it."""

    def __init__(
        self, mapping: ResourceMapping, settings: FhirSettings, kinds: Mapping[str, Kind]
    ) -> None:
        """Prepare a mapping of a source for the site's kinds of events."""
        self.mapping, self.item = mapping, mapping.item
        self._settings, self._kinds = settings, kinds
        self._overlap = settings.overlap * MICROSECOND
        self._zone = mapping.timezone or settings.timezone
        self._identities = tuple(map(identity, mapping.events))
        written = mapping.model_dump_json(exclude_defaults=True, warnings=False)
        scope = f"{self._zone} {settings.by} {settings.left_out} {written}"
        self._digest = blake2b(scope.encode(), digest_size=16).hexdigest()
        self._has_history = mapping.deletions

    def read(
        self, server: FhirServer, patients: Patients, kept: Any, now: datetime
    ) -> Iterator[Batch]:
        """Yield a batch for each page of resources that are new or have changed.

        Raises:
            ServerError: The server cannot be read.
            EnoughError: This reading has made enough requests.
        """
        state = ResourceState.begin(kept, self._digest, self._identities)
        begin = ((server.date or now) - self._settings.backfill * MICROSECOND).isoformat()
        deletions_since = state.since(POPULATION, self._overlap, "")
        whole = self._settings.by == "population" or self.mapping.roster is not None
        if whole:
            is_first = POPULATION not in state.marks
            yield from self._scope(server, patients, state, POPULATION, begin)
            if is_first:
                state.clients = patients.ids()
        others = sorted(set(patients.ids()) - set(state.clients)) if whole else patients.ids()
        for patient in () if self.mapping.roster else others:
            yield from self._scope(server, patients, state, patient, begin)
            if whole:
                state.clients = sorted({*state.clients, patient})
                state.marks.pop(patient, None)
        if deletions_since and self._has_history:
            yield from self._deletions(server, state, deletions_since)
        state.forget(self._overlap)
        state.again, state.former = False, []
        if state.to_json() != kept:
            yield Batch(self.item, state.to_json())

    def reread(self, position: Any, rejects: Sequence[Reject]) -> Batch:
        """Take rejected resources again."""
        harvest, (flat, rows) = Harvest(), self._compiled(())
        for reject in rejects:
            rows.take(flat.rows(read_json(reject.row), reject.line), 0, harvest)
        return self._only_revoked(harvest).batch(self.item, position)

    def _scope(
        self, server: FhirServer, patients: Patients, state: ResourceState, scope: str, begin: str
    ) -> Iterator[Batch]:
        mapping = self.mapping
        asked = list(mapping.search.items())
        if mapping.include:
            asked.append(("_include", f"{mapping.resource}:{mapping.include}"))
        if scope:
            asked.append(("patient", scope))
        since = state.since(scope, self._overlap, begin)
        pages = changed_since(server, mapping.resource, asked, since, self._settings.page)
        compiled = self._compiled(state.former_identities())
        for page in pages:
            if mapping.roster:
                found = [each for one in page.resources for each in patients_of(one)]
                patients.identify(server, found)
            harvest = self._take(page, patients, state, compiled)
            if page.resources:
                state.move(scope, stamp_of(page.resources[-1]))
            if harvest.rows or harvest.gone or len(page.resources) >= self._settings.page:
                yield self._batch(harvest, state)
        state.going.pop(scope, None)

    def _compiled(self, former: Sequence[Any]) -> tuple[FlatRecords, Rows]:
        flat = FlatRecords(self.mapping, FhirForm(), former)
        return flat, Rows(self.mapping, flat.header, self._kinds, self._zone, former)

    def _take(
        self,
        page: Page,
        patients: Patients,
        state: ResourceState,
        compiled: tuple[FlatRecords, Rows],
    ) -> Harvest:
        harvest, (flat, rows) = Harvest(), compiled
        for resource in page.resources:
            refs = [ref for each in patients_of(resource) if (ref := patients.ref(each))]
            # Data of other people are none of ours, and are not kept.
            if not refs and self.mapping.resource != "Patient":
                continue
            line = state.line_of(str(resource["id"]), stamp_of(resource))
            if line is None:
                continue
            if self._is_left_out(resource):
                harvest.rows += 1
                harvest.skipped += 1
                self._withdraw(str(resource["id"]), stamp_of(resource), line, harvest)
                continue
            record = {**resource, CLIENT: refs[0] if refs else None}
            if self.mapping.include:
                _embed(record, self.mapping.include, page.included)
            rows.take(flat.rows(record, line), 0, harvest)
        return self._only_revoked(harvest)

    def _is_left_out(self, resource: Any) -> bool:
        labels = (resource.get("meta") or {}).get("security") or []
        return any(label.get("code") in self._settings.left_out for label in labels)

    def _withdraw(self, number: str, stamp: str, line: int, harvest: Harvest) -> None:
        """Take back the events whose id is the resource's own."""
        version = to_us(read_stamp(stamp))
        for event in self.mapping.events:
            if event.id == ("id",) and event.each is None:
                key, after = f"{event.series}:{number}", len(harvest.events)
                harvest.gone.append(Gone(key, line, version if event.version else None, after))

    def _only_revoked(self, harvest: Harvest) -> Harvest:
        """Leave out consents that would be given: a server may end one, and never grant one."""
        granted = [
            row
            for row in harvest.roster
            if row.kind == "consents" and not row.moments.get("revoked")
        ]
        harvest.roster = [row for row in harvest.roster if row not in granted]
        harvest.skipped += len(granted)
        return harvest

    def _deletions(self, server: FhirServer, state: ResourceState, since: str) -> Iterator[Batch]:
        try:
            for page in deleted_since(server, self.mapping.resource, since, self._settings.page):
                harvest = Harvest()
                for number, stamp in page:
                    line = state.line_of(f"{number} deleted", stamp)
                    if line is not None:
                        self._withdraw(number, stamp, line, harvest)
                if harvest.gone:
                    yield self._batch(harvest, state)
        except UnsupportedError:
            self._has_history = False

    def _batch(self, harvest: Harvest, state: ResourceState) -> Batch:
        return harvest.batch(
            self.item,
            state.to_json(),
            withdrawn=tuple((key, None) for key in harvest.former),
            reread="mapping" if state.again else None,
        )


def _embed(record: dict[str, Any], name: str, included: Mapping[str, Any]) -> None:
    """Put resources that came along in the place of the references to them."""
    said = record.get(name)
    references = said if isinstance(said, list) else [said] if said else []
    found = [
        included.get("/".join(str(each.get("reference", "")).split("/")[-2:]), each)
        for each in references
    ]
    record[name] = found
