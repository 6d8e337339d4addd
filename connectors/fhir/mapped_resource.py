"""One type of resource and its mapping: resources that changed become batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from connectors.fhir.fhir_form import FhirForm
from connectors.fhir.patients import Patients, patients_of, replaced_by, replaced_in, replacement
from connectors.fhir.polling import (
    Page,
    changed_since,
    deleted_since,
    page_of,
    read_stamp,
    stamp_of,
)
from connectors.fhir.resource_state import MERGES, POPULATION, ResourceState
from connectors.fhir.server import FhirServer, UnsupportedError
from connectors.fhir.settings import FhirSettings, ResourceMapping
from connectors.mapping.event_rows import identity
from connectors.mapping.flat_records import FlatRecords
from connectors.mapping.json_form import read_json
from connectors.mapping.merges import proposed_merge
from connectors.mapping.rows import Harvest, Rows
from engine.model.event_kinds import Kind
from engine.model.instant import MICROSECOND, to_us
from engine.model.intake import Batch, Gone, Reject

# The types of parts that come along and are polled too, by the resource and its reference.
_PARTS = {("DiagnosticReport", "result"): "Observation"}
_AT_ONCE = 20  # parts that one search names
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
        self._may_be_replaced = mapping.roster == "clients" and mapping.resource == "Patient"

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
            yield from self._changed_parts(server, patients, state, POPULATION)
            if is_first:
                state.clients = patients.ids()
        others = sorted(set(patients.ids()) - set(state.clients)) if whole else patients.ids()
        for patient in () if self.mapping.roster else others:
            yield from self._scope(server, patients, state, patient, begin)
            if not whole:
                yield from self._changed_parts(server, patients, state, patient)
            else:
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
            record = read_json(reject.row)
            if self._may_be_replaced and replaced_by(record) is not None:
                harvest.rejects.append(reject)
            else:
                rows.take(flat.rows(record, reject.line), 0, harvest)
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
            if mapping.roster == "clients":
                found = [each for one in page.resources for each in patients_of(one)]
                kept = [replaced_by(one) for one in page.resources]
                gone = [each["id"] for one in page.resources for each in replaced_in(one)]
                patients.identify(server, [*found, *gone, *filter(None, kept)])
            harvest = self._take(page, patients, state, compiled)
            if page.resources:
                state.move(scope, stamp_of(page.resources[-1]))
            if harvest.rows or harvest.gone or len(page.resources) >= self._settings.page:
                yield self._batch(harvest, state)
        state.going.pop(scope, None)

    def _changed_parts(
        self, server: FhirServer, patients: Patients, state: ResourceState, scope: str
    ) -> Iterator[Batch]:
        """Read the resources again whose parts changed: their own stamps can stay the same."""
        target = _PARTS.get((self.mapping.resource, self.mapping.include or ""))
        mark = f"parts {scope}"
        if target is None or scope not in state.marks:
            return
        if mark not in state.marks:  # what came until now came along with its resource
            state.marks[mark] = state.marks[scope]
        asked = [("category", "laboratory"), *([("patient", scope)] if scope else [])]
        since, compiled = state.since(mark, self._overlap, ""), self._compiled(())
        for page in changed_since(server, target, asked, since, self._settings.page):
            changed = [
                f"{target}/{each['id']}"
                for each in page.resources
                if any(map(patients.ref, patients_of(each)))
                and state.line_of(f"{target}/{each['id']}", stamp_of(each)) is not None
            ]
            for start in range(0, len(changed), _AT_ONCE):
                names = ",".join(changed[start : start + _AT_ONCE])
                including = ("_include", f"{self.mapping.resource}:{self.mapping.include}")
                wanted = [
                    *self.mapping.search.items(),
                    (str(self.mapping.include), names),
                    including,
                ]
                found = page_of(server.search(self.mapping.resource, wanted), self.mapping.resource)
                harvest = self._take(found, patients, state, compiled, again=True)
                if harvest.rows:
                    yield self._batch(harvest, state)
            if page.resources:
                state.move(mark, stamp_of(page.resources[-1]))
        state.going.pop(mark, None)

    def _compiled(self, former: Sequence[Any]) -> tuple[FlatRecords, Rows]:
        flat = FlatRecords(self.mapping, FhirForm(), former)
        return flat, Rows(self.mapping, flat.header, self._kinds, self._zone, former)

    def _take(
        self,
        page: Page,
        patients: Patients,
        state: ResourceState,
        compiled: tuple[FlatRecords, Rows],
        *,
        again: bool = False,
    ) -> Harvest:
        """Take the resources of a page that are our clients' and are new, or all `again`."""
        harvest, (flat, rows) = Harvest(), compiled
        roster = self.mapping.roster
        ref_of = patients.identified if roster == "clients" else patients.ref
        is_about_clients = roster != "staff" and self.mapping.resource != "Patient"
        include, may_be_replaced = self.mapping.include, self._may_be_replaced
        for resource in page.resources:
            refs = [ref for each in patients_of(resource) if (ref := ref_of(each))]
            # Data of other people are none of ours, and are not kept.
            if not refs and is_about_clients:
                continue
            number, stamp = str(resource["id"]), stamp_of(resource)
            if again or (include and self._has_changed_parts(resource, page, state)):
                state.seen.pop(number, None)
            line = state.line_of(number, stamp)
            if line is None:
                continue
            if self._is_left_out(resource):
                harvest.rows += 1
                harvest.skipped += 1
                self._withdraw(number, stamp, line, harvest)
                continue
            record = {**resource, CLIENT: refs[0] if refs else None}
            if include:
                _embed(record, include, page.included)
            if may_be_replaced and (kept := replaced_by(resource)) is not None:
                self._tell_merge(replacement(number, kept), patients, harvest)
                continue
            for gone in replaced_in(resource) if roster == "clients" else ():
                self._tell_merge(gone, patients, harvest)
            rows.take(flat.rows(record, line), 0, harvest)
        return self._only_revoked(harvest)

    def _tell_merge(self, said: dict[str, Any], patients: Patients, harvest: Harvest) -> None:
        """Put a merge of two patients aside for a person, if both may be our clients.

        It has the same place and text whichever of the two says it, so it is put aside once.
        """
        harvest.rows += 1
        gone, other = patients.identified(said["id"]), str(replaced_by(said))
        if gone is None:
            harvest.skipped += 1
            return
        kept = patients.identified(other) or f"Patient/{other}"
        text = FhirForm().written({**said, CLIENT: gone})
        harvest.rejects.append(Reject(MERGES, proposed_merge(gone, kept), text))

    def _has_changed_parts(self, resource: Any, page: Page, state: ResourceState) -> bool:
        """Return whether a part that came along is new or has changed, and remember it."""
        names = set(_references(resource.get(str(self.mapping.include)))) & page.included.keys()
        lines = [state.line_of(name, stamp_of(page.included[name])) for name in sorted(names)]
        return any(line is not None for line in lines)

    def _is_left_out(self, resource: Any) -> bool:
        labels = (resource.get("meta") or {}).get("security")
        return labels is not None and any(
            label.get("code") in self._settings.left_out for label in labels
        )

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
        state.forget_if_many(self._overlap)
        return harvest.batch(
            self.item,
            state.to_json(),
            withdrawn=tuple((key, None) for key in harvest.former),
            reread="mapping" if state.again else None,
        )


def _embed(record: dict[str, Any], name: str, included: Mapping[str, Any]) -> None:
    """Put resources that came along in the place of the references to them."""
    references = _listed(record.get(name))
    found = zip(_references(references), references, strict=True)
    record[name] = [included.get(named, reference) for named, reference in found]


def _references(said: Any) -> list[str]:
    """Return the type and id of each reference, such as Observation/1."""
    return ["/".join(str(each.get("reference", "")).split("/")[-2:]) for each in _listed(said)]


def _listed(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [said] if said else []
