"""The one entry of this connector in the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from connectors.http.settings import HttpSettings
from engine.model.event_kinds import Kind
from engine.model.source_settings import SourceSettings

if TYPE_CHECKING:
    from connectors.http.source import HttpSource

SETTINGS = HttpSettings


def open_source(
    settings: SourceSettings,
    kinds: Mapping[str, Kind],
    finished: bool = False,  # noqa: ARG001 - a post that came is whole
) -> HttpSource:
    """Return the sender's posts as a source."""
    # Imported here because commands that read the settings alone do without it.
    from connectors.http.source import HttpSource  # noqa: PLC0415

    assert isinstance(settings, HttpSettings)
    return HttpSource(settings, kinds)
