"""A FHIR server as a source of events and roster rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, get_args

from connectors.fhir.mapped_resource import MappedResource
from connectors.fhir.patients import Patients
from connectors.fhir.server import EnoughError, FhirServer, ServerError
from connectors.fhir.settings import FhirSettings
from connectors.poll_timer import PollTimer
from engine.errors import UserError
from engine.model.event_kinds import Kind
from engine.model.intake import Batch, Reject, RosterKind
from engine.ports import AddRoutes

_ORDER = (*get_args(RosterKind), None)  # the roster first, because events need their clients


class FhirSource:
    """A server that is asked at intervals; each mapped resource is an item."""

    def __init__(self, settings: FhirSettings, kinds: Mapping[str, Kind]) -> None:
        """Keep the settings; the server is first asked by `read`."""
        self.name, self.silent_after = settings.name, settings.silent_after
        self._subscription = settings.subscription
        self._server = FhirServer(settings)
        self._timer = PollTimer(settings.every)
        system = None if settings.client is None else settings.client.identifier
        self._patients = Patients(system, lambda: ())
        ordered = sorted(settings.resources, key=lambda each: _ORDER.index(each.roster))
        self._resources = {
            each.item: each for each in (MappedResource(one, settings, kinds) for one in ordered)
        }

    def about(self, clients: Callable[[], Sequence[str]]) -> None:
        """Learn how to get the refs of the clients in the roster."""
        self._patients.clients = clients

    def nudges(self, wake: Callable[[], None]) -> AddRoutes | None:
        """Return the route that a Subscription calls; None if there is none."""
        if self._subscription is None:
            return None
        from connectors.fhir.nudge_route import NudgeRoute  # noqa: PLC0415 - FastAPI takes long to import

        def nudge() -> None:
            self._timer.nudge()
            wake()

        return NudgeRoute(f"/in/{self.name}", self._subscription.bearer, nudge).add

    def read(self, positions: Mapping[str, Any], now: datetime) -> Iterator[Batch]:
        """Ask for what changed, the resources of the roster first, and yield it page by page.

        Raises:
            UserError: The server cannot be read.
        """
        if not self._timer.is_due(now):
            return
        self._server.begin(now)
        looked_up = False
        try:
            for item, resource in self._resources.items():
                # By now the roster has the clients of this source.
                if not looked_up and resource.mapping.roster not in {"clients", "staff"}:
                    self._patients.look_up(self._server)
                    looked_up = True
                yield from resource.read(self._server, self._patients, positions.get(item), now)
        except EnoughError:
            pass  # the positions say where the next reading goes on
        except ServerError as failure:
            self._timer.failed(now, failure, failure.wait)
            raise
        except UserError as failure:
            self._timer.failed(now, failure)
            raise
        self._timer.went_well(now)

    def reread(self, item: str, position: Any, rejects: Sequence[Reject]) -> Batch:
        """Read rejected resources again from their text, through the mapping as it is now."""
        resource = self._resources.get(item)
        if resource is None:
            return Batch(item, position, rejects=tuple(rejects))
        return resource.reread(position, rejects)
