"""Which patients of the server are our clients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from connectors.fhir.server import FhirServer

_AT_ONCE = 20  # identifiers that one search names
_PATIENCE = 12  # readings until a client whom the server does not know is asked for again


class Patients:
    """Our clients' refs by the server's ids; only they, and patients of a roster, are asked for."""

    def __init__(self, system: str | None, clients: Callable[[], Sequence[str]]) -> None:
        """Begin with nobody.

        Args:
            system: The system of the identifier that is our ref; None if the server's id is.
            clients: Returns the refs of the clients in the roster.
        """
        self._system, self.clients = system, clients
        self._refs: dict[str, str] = {}  # by the server's id
        self._others: dict[str, str] = {}  # of patients that the roster lacks so far
        self._strangers: set[str] = set()
        self._missing: set[str] = set()
        self._look_ups = 0

    def look_up(self, server: FhirServer) -> None:
        """Find the server's ids of clients who have none yet.

        Raises:
            ServerError: The server cannot be read.
            EnoughError: This reading has made enough requests.
        """
        refs = self.clients()
        if self._system is None:
            self._refs = {ref: ref for ref in refs}
            return
        if self._look_ups % _PATIENCE == 0:
            self._missing = set()
        self._look_ups += 1
        waiting = iter(sorted(set(refs) - set(self._refs.values()) - self._missing))
        while some := list(islice(waiting, _AT_ONCE)):
            asked = ",".join(f"{_escaped(self._system)}|{_escaped(ref)}" for ref in some)
            self._learn(server, [("identifier", asked)], set(some), self._refs)
            self._missing |= set(some) - set(self._refs.values())

    def ids(self) -> list[str]:
        """Return the server's ids of our clients."""
        return sorted(self._refs)

    def ref(self, patient: str) -> str | None:
        """Return the ref of a client by the server's id; None if it is no client of ours."""
        return self._refs.get(patient)

    def identify(self, server: FhirServer, patients: Iterable[str]) -> None:
        """Find the refs of patients, because a resource of the roster makes them clients.

        Raises:
            ServerError: The server cannot be read.
            EnoughError: This reading has made enough requests.
        """
        if self._system is None:
            self._others |= {each: each for each in patients}
            return
        waiting = iter(sorted(set(patients) - self._others.keys() - self._strangers))
        while some := list(islice(waiting, _AT_ONCE)):
            self._learn(server, [("_id", ",".join(some))], None, self._others)
            self._strangers |= set(some) - self._others.keys()

    def identified(self, patient: str) -> str | None:
        """Return the ref of a patient whom `identify` found; None if there is none."""
        return self._others.get(patient)

    def _learn(
        self,
        server: FhirServer,
        asked: list[tuple[str, str]],
        wanted: set[str] | None,
        into: dict[str, str],
    ) -> None:
        bundle = server.search("Patient", asked)
        while True:
            for patient in _resources(bundle.entries):
                for identifier in patient.get("identifier") or []:
                    ref = identifier.get("value")
                    if identifier.get("system") == self._system and (not wanted or ref in wanted):
                        into[patient["id"]] = ref
            if bundle.following is None:
                return
            bundle = server.follow(bundle.following)


def patients_of(resource: Any) -> list[str]:
    """Return the ids of the patients that a resource is about."""
    if resource.get("resourceType") == "Patient":
        return [resource["id"]]
    named = [resource.get("subject"), resource.get("patient")]
    if others := resource.get("participant"):
        named += [each.get("actor") for each in others]
    return [
        patient
        for each in named
        if isinstance(each, dict) and (patient := _patient(each)) is not None
    ]


def replaced_by(resource: Any) -> str | None:
    """Return the id of the patient whom the server keeps in place of one; None if it keeps them."""
    for link in resource.get("link") or []:
        if link.get("type") == "replaced-by" and (kept := _patient(link.get("other") or {})):
            return kept
    return None


def replaced_in(resource: Any) -> list[Any]:
    """Return the patients whom one replaces, as the server would tell of each of them."""
    if resource.get("resourceType") != "Patient":
        return []
    return [
        replacement(gone, str(resource["id"]))
        for link in resource.get("link") or []
        if link.get("type") == "replaces" and (gone := _patient(link.get("other") or {}))
    ]


def replacement(gone: str, kept: str) -> dict[str, Any]:
    """Return what a server says of a patient whom another one replaced, and nothing else."""
    other = {"reference": f"Patient/{kept}"}
    return {
        "resourceType": "Patient", "id": gone, "link": [{"other": other, "type": "replaced-by"}]
    }  # fmt: skip


def _patient(reference: Any) -> str | None:
    kind, _, number = str(reference.get("reference")).rpartition("/")
    return number if kind == "Patient" or kind.endswith("/Patient") else None


def _resources(entries: Iterable[Any]) -> Iterator[Any]:
    for entry in entries:
        resource = entry.get("resource")
        if isinstance(resource, dict) and resource.get("resourceType") == "Patient":
            yield resource


def _escaped(text: str) -> str:
    for special in "\\|,$":
        text = text.replace(special, f"\\{special}")
    return text
