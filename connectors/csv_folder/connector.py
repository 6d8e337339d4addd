"""The one entry of this connector in the registry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.csv_folder.settings import CsvFolderSettings
from engine.model.event_kinds import Kind
from engine.model.source_settings import SourceSettings

if TYPE_CHECKING:
    from connectors.csv_folder.source import CsvFolder

SETTINGS = CsvFolderSettings


def open_source(
    settings: SourceSettings, kinds: Mapping[str, Kind], finished: bool = False
) -> CsvFolder:
    """Return the folder as a source.

    Args:
        settings: An item of `sources:`, read by SETTINGS.
        kinds: Every kind of event, by name.
        finished: Whether the files are complete, so that a last line without an end counts.
    """
    # Imported here because commands that read the settings alone do without it.
    from connectors.csv_folder.source import SETTLE, CsvFolder  # noqa: PLC0415

    assert isinstance(settings, CsvFolderSettings)
    return CsvFolder(settings, kinds, timedelta() if finished else SETTLE)
