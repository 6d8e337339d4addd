"""The one entry of this connector in the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from connectors.sql.settings import SqlSettings
from engine.model.event_kinds import Kind
from engine.model.source_settings import SourceSettings

if TYPE_CHECKING:
    from connectors.sql.source import SqlSource

SETTINGS = SqlSettings


def open_source(
    settings: SourceSettings,
    kinds: Mapping[str, Kind],
    finished: bool = False,  # noqa: ARG001 - a database is never half-written
) -> SqlSource:
    """Return the database as a source.

    Args:
        settings: An item of `sources:`, read by SETTINGS.
        kinds: Every kind of event, by name.
        finished: Of no meaning here, because a database shows whole rows alone.
    """
    # Imported here because commands that read the settings alone do without it.
    from connectors.sql.source import SqlSource  # noqa: PLC0415

    assert isinstance(settings, SqlSettings)
    return SqlSource(settings, kinds)
