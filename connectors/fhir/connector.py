"""The one entry of this connector in the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from connectors.fhir.settings import FhirSettings
from engine.model.event_kinds import Kind
from engine.model.source_settings import SourceSettings

if TYPE_CHECKING:
    from connectors.fhir.source import FhirSource

SETTINGS = FhirSettings


def open_source(
    settings: SourceSettings,
    kinds: Mapping[str, Kind],
    finished: bool = False,  # noqa: ARG001 - a server shows whole resources alone
) -> FhirSource:
    """Return the server as a source.

    Args:
        settings: An item of `sources:`, read by SETTINGS.
        kinds: Every kind of event, by name.
        finished: Of no meaning here.
    """
    # Imported here because commands that read the settings alone do without it.
    from connectors.fhir.source import FhirSource  # noqa: PLC0415

    assert isinstance(settings, FhirSettings)
    return FhirSource(settings, kinds)
